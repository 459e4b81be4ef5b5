// Two people on the same site never see each other's todos, and the browser never sees what belongs to the server.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { newName, startTodoSite } from './harness.mjs';

const site = await startTodoSite();

test('two users see their own todos only, in pages and through the API', async () => {
  const [ada, grace] = [await site.visitor(), await site.visitor()];
  await ada.signUp(newName('ada'));
  await grace.signUp(newName('grace'));
  await ada.add('Secret of Ada');
  await grace.add('Secret of Grace');

  for (const [visitor, own] of [[ada, 'Secret of Ada'], [grace, 'Secret of Grace']]) {
    for (const address of ['/', '/?show=active', '/?show=done']) {
      await visitor.page.goto(address);
      assert.deepEqual(await visitor.list.locator('.todo-title').allTextContents(), [own], address);
    }
    const { body } = await visitor.api('GET');
    assert.deepEqual(body.data.map(({ title }) => title), [own]);
  }

  const [{ id }] = (await grace.api('GET')).body.data;
  const attempts = [
    ['GET', `?id=${id}`],
    ['PATCH', '', { id, title: 'Taken over' }],
    ['PATCH', `?id=${id}`, { isCompleted: true }],
    ['PUT', '', { id, title: 'Taken over', isCompleted: true }],
    ['DELETE', `?id=${id}`],
    ['DELETE', '', { id }],
  ];
  for (const [method, query, body] of attempts) {
    const answer = await ada.api(method, query, { body });
    assert.equal(answer.status, 404, `${method} ${query}`);
    assert.equal(answer.body.code, 'not_found');
  }
  // Nor by sending the page's own forms with the other's id.
  for (const form of [{ intent: 'delete', id }, { intent: 'rename', id, title: 'Taken over' }, { intent: 'complete', id }]) {
    const answer = await ada.context.request.post('/', { form, headers: { origin: site.url }, maxRedirects: 0 });
    assert.equal(answer.status(), 404, form.intent);
  }
  assert.equal((await ada.api('DELETE', '?completed')).status, 200);
  const forged = await ada.api('POST', '', { body: { title: 'For all', ACL: { '*': { read: true } } } });
  assert.equal(forged.status, 400, 'who may see a todo is not for the caller to say');

  assert.deepEqual((await grace.api('GET')).body.data, [{ id, title: 'Secret of Grace', isCompleted: false }]);
  await grace.page.goto('/');
  assert.deepEqual(await grace.titles(), ['Secret of Grace']);
  await ada.close();
  await grace.close();
});

test('after a log-out the next person in the same browser starts with nothing of the last one', async () => {
  const visitor = await site.visitor();
  await visitor.signUp(newName('first'));
  await visitor.add('Only for the first');
  await visitor.logOut();
  await visitor.signUp(newName('second'));
  await visitor.page.getByRole('heading', { name: 'Nothing on your list' }).waitFor();
  assert.deepEqual(await visitor.titles(), []);
  await visitor.close();
});

test('no answer to the browser holds the key, nor the session token outside its cookie', async () => {
  const tap = await site.tap();
  const visitor = await site.visitor({ url: tap.url });
  await visitor.signUp();
  const token = decodeURIComponent(await visitor.token());
  await visitor.add('Look around');
  await visitor.check('Look around').click();
  await visitor.settled();
  await visitor.api('GET');
  await visitor.api('POST', '', { body: { title: '' } });
  for (const address of ['/?show=done', '/nowhere', '/api/nowhere', '/']) await visitor.page.goto(address);
  await visitor.logOut();
  await visitor.close();

  const sent = tap.sent();
  for (const expected of ['Look around', '/_astro/', 'querySelector', '"issues"', 'Set-Cookie: todo_session=']) {
    assert.ok(sent.toLowerCase().includes(expected.toLowerCase()), `${expected} went over the line`);
  }
  const withoutCookie = sent.replace(/^set-cookie: todo_session=.*$/gim, '');
  for (const secret of [site.restKey, token, encodeURIComponent(token), token.slice('r:'.length)]) {
    assert.ok(!withoutCookie.includes(secret));
  }
});

test('the build holds no key, and what is served of it does not even name one', () => {
  const dist = fileURLToPath(new URL('../dist/', import.meta.url));
  for (const file of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const path = join(file.parentPath, file.name);
    const text = readFileSync(path, 'latin1');
    assert.ok(!text.includes(site.restKey), path);
    if (path.startsWith(join(dist, 'client'))) assert.ok(!/ASTROLABE_|X-Parse/i.test(text), path);
  }
});
