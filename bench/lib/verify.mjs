// Before anything is measured: does the server give the right answers, and keep from callers what is not theirs? Figures
// of a server that answers something else would mean nothing, so the first difference ends the run.
import assert from 'node:assert/strict';
import { FOUND, NOTES_PER_CATEGORY, PAGE, bestEvents, bestNotes, nearestSpots, ownerOf, totals } from './dataset.mjs';
import { must, send } from './http.mjs';

const SAMPLES = 10;

/** Checks every operation for both callers against what the data set says. */
export async function verify(server, rows) {
  const { origin, face } = server;
  for (const caller of ['user', 'master']) {
    const check = (operation, test) => checkSamples(origin, face.requests(operation, caller), `${operation} as ${caller}`, test);
    await check('get', (body, about) => assert.equal(body.title, `Note ${about.note}`));
    await check('list', (body) => assert.deepEqual(face.rowsOf(body).map((row) => row.score), bestNotes()));
    await check('query', (body, about) => {
      const found = face.rowsOf(body);
      assert.equal(found.length, NOTES_PER_CATEGORY);
      for (const row of found) assert.equal(row.category, about.category);
    });
    await check('page', (body, about) => checkPage(face, body, rows, caller === 'user' ? about.user : undefined));
    await check('update', () => {});
    await check('text', (body, about) => checkFound(face.rowsOf(body), about.word));
    await check('geo', (body, about) => assert.deepEqual(face.rowsOf(body).map((row) => row.name), nearestSpots(about.place)));
    await check('aggregate', (body, about) => assert.deepEqual(face.totalsOf(body), totals(about.kind)));
  }
  await checkSamples(origin, face.requests('session', 'user'), 'session', (body, about) => {
    assert.equal(face.userIdOf(body), face.users[about.user].id);
  });
  await checkSamples(origin, face.requests('login', 'user'), 'login', (body) => assert.ok(face.tokenOf(body)));
  await checkCreated(origin, face);
  await checkStrangers(origin, face);
}

/** What a server has nothing for is not checked, and not measured. */
async function checkSamples(origin, requests, what, test) {
  if (requests === null) return;
  const step = Math.max(1, Math.floor(requests.length / SAMPLES));
  for (let i = 0; i < requests.length; i += step) {
    const body = await must(origin, requests[i]);
    try {
      test(body, requests[i].about);
    } catch (problem) {
      throw new Error(`${what}: a wrong answer to ${requests[i].path}: ${problem.message}`);
    }
  }
}

function checkFound(rows, word) {
  assert.equal(rows.length, FOUND);
  for (const row of rows) assert.ok(row.about.split(' ').includes(word), `${row.about} without ${word}`);
}

function checkPage(face, body, rows, user) {
  const found = face.rowsOf(body);
  assert.equal(found.length, PAGE);
  assert.deepEqual(found.map((row) => row.score), bestEvents(rows, user));
  if (user === undefined) return;
  for (const row of found) assert.equal(face.ownerIdOf(row), face.users[user].id);
}

/** What a user has created it can read, and nobody else can. */
async function checkCreated(origin, face) {
  for (const caller of ['user', 'master']) {
    const request = face.requests('create', caller)[0];
    const id = face.idOf(await must(origin, request));
    const owner = request.about.user;
    await must(origin, face.readCreated(id, owner));
    for (const stranger of [(owner + 1) % face.users.length, null]) {
      const { status } = await send(origin, face.readCreated(id, stranger));
      assert.equal(status, face.hiddenStatus, `a private object is answered with ${status} to somebody else`);
    }
  }
}

/** Nobody changes the notes of others, and without a session no event is seen. */
async function checkStrangers(origin, face) {
  const note = 7;
  const { status } = await send(origin, face.updateAs(note, ownerOf(note) + 1));
  assert.ok(status === face.hiddenStatus || status === 403, `a stranger's update is answered with ${status}`);
  const page = await must(origin, face.pageWithoutSession());
  assert.equal(face.rowsOf(page).length, 0, 'events are shown without a session');
}
