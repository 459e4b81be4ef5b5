// src/pages/api/todos.ts as a program sees it: `{ data }` or `{ error, code, issues? }`, under the right status.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { startTodoSite } from './harness.mjs';

const site = await startTodoSite();
let visitor;

before(async () => {
  visitor = await site.visitor();
  await visitor.signUp();
});

test('create, read, update and delete', async () => {
  const made = await visitor.api('POST', '', { body: { title: '  Trim me  ' } });
  assert.equal(made.status, 201);
  const { id } = made.body.data;
  assert.deepEqual(made.body, { data: { id, title: 'Trim me', isCompleted: false } });

  assert.deepEqual((await visitor.api('GET', `?id=${id}`)).body, made.body);
  assert.deepEqual((await visitor.api('GET')).body, { data: [made.body.data] });

  const renamed = await visitor.api('PATCH', '', { body: { id, title: 'Renamed' } });
  assert.deepEqual([renamed.status, renamed.body], [200, { data: { id, title: 'Renamed', isCompleted: false } }]);
  const ticked = await visitor.api('PUT', `?id=${id}`, { body: { isCompleted: true } });
  assert.deepEqual([ticked.status, ticked.body], [200, { data: { id, title: 'Renamed', isCompleted: true } }]);

  const deleted = await visitor.api('DELETE', `?id=${id}`);
  assert.deepEqual([deleted.status, deleted.body], [200, { data: { id } }]);
  assert.equal((await visitor.api('GET', `?id=${id}`)).status, 404);
  assert.equal((await visitor.api('DELETE', '', { body: { id } })).status, 404, 'deleting it twice');
  assert.equal((await visitor.api('PATCH', '', { body: { id, title: 'Gone' } })).status, 404);
});

test('what is done can be cleared at once, however much it is', async () => {
  for (let number = 0; number < 53; number += 1) {
    const { body } = await visitor.api('POST', '', { body: { title: `Number ${number}` } });
    if (number > 0) await visitor.api('PATCH', '', { body: { id: body.data.id, isCompleted: true } });
  }
  const cleared = await visitor.api('DELETE', '?completed');
  assert.equal(cleared.status, 200);
  assert.equal(cleared.body.data.ids.length, 52);
  assert.deepEqual((await visitor.api('GET')).body.data.map(({ title }) => title), ['Number 0']);
});

test('bad input is a 400 that names the field, and changes nothing', async () => {
  const [kept] = (await visitor.api('GET')).body.data;
  const cases = [
    ['POST', '', {}, 'title'],
    ['POST', '', { title: '' }, 'title'],
    ['POST', '', { title: '   ' }, 'title'],
    ['POST', '', { title: 7 }, 'title'],
    ['POST', '', { title: 'x'.repeat(201) }, 'title'],
    ['POST', '', { title: 'two\nlines' }, 'title'],
    ['POST', '', { title: 'nul \u0000' }, 'title'],
    ['POST', '', { title: 'x', isCompleted: true }, ''],
    ['POST', '', { title: 'x', objectId: 'abc' }, ''],
    ['PATCH', '', { title: 'no id' }, 'id'],
    ['PATCH', '', { id: kept.id }, ''],
    ['PATCH', '', { id: kept.id, isCompleted: 'yes' }, 'isCompleted'],
    ['PATCH', '', { id: kept.id, title: '' }, 'title'],
    ['PATCH', '', { id: '../users/me', title: 'x' }, 'id'],
    ['PATCH', '?id=a%2Fb', { title: 'x' }, 'id'],
    ['DELETE', '', {}, 'id'],
    ['DELETE', '?id=', undefined, 'id'],
    ['GET', '?id=%00', undefined, 'id'],
  ];
  for (const [method, query, body, path] of cases) {
    const answer = await visitor.api(method, query, { body });
    const what = `${method} ${query} ${JSON.stringify(body)}`;
    assert.equal(answer.status, 400, what);
    assert.equal(answer.body.code, 'invalid_input', what);
    assert.equal(answer.body.issues[0].path, path, what);
    assert.ok(answer.body.error && answer.body.issues[0].message && answer.body.issues[0].code, what);
  }
  for (const body of ['{', '[]', '"text"', 'null']) {
    const answer = await visitor.api('POST', '', { body });
    assert.deepEqual([answer.status, answer.body.code], [400, 'invalid_json'], body);
  }
  assert.deepEqual((await visitor.api('GET')).body.data, [kept]);
});

test('too much is a 413, another format a 415, another method a 405, another address a 404', async () => {
  const big = await visitor.api('POST', '', { body: { title: 'x'.repeat(20_000) } });
  assert.deepEqual([big.status, big.body.code], [413, 'too_large']);
  const xml = await visitor.api('POST', '', { body: '<title/>', type: 'application/xml' });
  assert.deepEqual([xml.status, xml.body.code], [415, 'unsupported_media_type']);
  const form = await visitor.api('POST', '', { body: 'title=x', type: 'application/x-www-form-urlencoded' });
  assert.deepEqual([form.status, form.body.code], [415, 'unsupported_media_type']);
  const report = await visitor.api('REPORT');
  assert.deepEqual([report.status, report.body.code], [405, 'method_not_allowed']);
  assert.match(report.headers.allow, /PATCH/);
  const nowhere = await visitor.api('GET', '/more');
  assert.deepEqual([nowhere.status, nowhere.body.code], [404, 'not_found']);
});

test('signed out, everything is a 401', async () => {
  const stranger = await site.visitor();
  for (const [method, body] of [['GET'], ['POST', { title: 'x' }], ['PATCH', { id: 'a', title: 'x' }], ['PUT', {}], ['DELETE', { id: 'a' }]]) {
    const answer = await stranger.api(method, '', { body });
    assert.deepEqual([answer.status, answer.body.code], [401, 'signed_out'], method);
    assert.ok(answer.body.error);
  }
  for (const value of ['r:00000000000000000000000000000000', 'nonsense', '"; drop']) {
    await stranger.context.addCookies([{ name: 'todo_session', value: encodeURIComponent(value), url: site.url }]);
    const answer = await stranger.api('GET');
    assert.deepEqual([answer.status, answer.body.code], [401, 'session_ended'], value);
    assert.equal(await stranger.token(), undefined);
  }
  await stranger.close();
});

test('a write from another site is a 403, whatever it looks like', async () => {
  const before = (await visitor.api('GET')).body.data.length;
  const cases = [
    { origin: 'https://elsewhere.example' },
    { origin: 'null' },
    { origin: '' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ];
  for (const headers of cases) {
    const answer = await visitor.api('POST', '', { body: { title: 'Forged' }, headers });
    assert.deepEqual([answer.status, answer.body.code], [403, 'cross_origin'], JSON.stringify(headers));
  }
  assert.equal((await visitor.api('GET')).body.data.length, before);
});

test('answers are for one person, and are not kept by anyone', async () => {
  const { headers } = await visitor.api('GET');
  assert.match(headers['cache-control'], /no-store/);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  const page = await visitor.context.request.get('/');
  assert.match(page.headers()['cache-control'], /no-store/);
  assert.match(page.headers()['content-security-policy'], /default-src 'self'/);
});
