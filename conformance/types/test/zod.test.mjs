// The Zod schemas accept and refuse what the server does.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startWithClasses } from '../harness.mjs';

const ok = true;
const no = false;
const date = (iso) => ({ __type: 'Date', iso });
const place = (latitude, longitude) => ({ __type: 'GeoPoint', latitude, longitude });
const area = (...coordinates) => ({ __type: 'Polygon', coordinates });
const list = { __type: 'Pointer', className: 'List', objectId: 'abc' };

/** Values of fields that a create and an update see alike. */
const VALUES = [
  [ok, { text: 'x' }], [ok, { text: '' }], [ok, { text: null }], [no, { text: 1 }], [no, { text: 'a\0b' }],
  [ok, { amount: 1.5 }], [no, { amount: '1' }], [ok, { amount: null }],
  [ok, { isDone: false }], [no, { isDone: 1 }], [no, { isDone: 'true' }],
  [ok, { at: date('2026-01-01T00:00:00.000Z') }], [ok, { at: date('2026-01-01') }],
  [ok, { at: date('2026-01-01T00:00:00+01:00') }], [ok, { at: date('2026-01-01T00:00') }],
  [no, { at: date('2026-02-31T00:00:00.000Z') }], [no, { at: date('2026-13-01') }], [no, { at: date('now') }],
  [no, { at: '2026-01-01T00:00:00.000Z' }], [no, { at: { __type: 'Date' } }],
  [ok, { info: { a: { b: [1, null] } } }], [no, { info: [] }], [no, { info: 'x' }], [no, { info: { $a: 1 } }],
  [no, { info: { a: { 'b.c': 1 } } }], [no, { info: { __type: 'Foo' } }], [no, { info: { a: 'a\0b' } }],
  [ok, { tags: [] }], [ok, { tags: [1, 'x', null, {}] }], [no, { tags: {} }], [no, { tags: [{ $a: 1 }] }],
  [ok, { place: place(90, -180) }], [no, { place: place(90.1, 0) }], [no, { place: place(0, 181) }],
  [no, { place: { latitude: 1, longitude: 2 } }], [no, { place: { __type: 'GeoPoint', latitude: 1 } }],
  [ok, { area: area([0, 0], [0, 1], [1, 1]) }], [ok, { area: area([0, 0], [0, 1], [1, 1], [0, 0]) }],
  [no, { area: area([0, 0], [0, 1], [0, 0]) }], [no, { area: area([0, 0], [0, 1]) }],
  [no, { area: area([0, 0], [0, 1], [91, 0]) }],
  [ok, { picture: { __type: 'File', name: 'a' } }], [ok, { picture: { __type: 'File', name: 'a', url: 'http://x/a' } }],
  [no, { picture: { __type: 'File' } }], [no, { picture: 'a' }],
  [ok, { raw: { __type: 'Bytes', base64: 'aGk=' } }], [no, { raw: { __type: 'Bytes', base64: '!!' } }],
  [no, { raw: { __type: 'Bytes', base64: 'aGk' } }],
  [ok, { list }], [no, { list: { ...list, className: 'Todo' } }], [no, { list: { __type: 'Pointer', className: 'List' } }],
  [no, { list: 'abc' }],
  [ok, { others: { __op: 'AddRelation', objects: [list] } }],
  [no, { others: { __op: 'AddRelation', objects: [{ ...list, className: 'Todo' }] } }], [no, { others: [list] }],
  [ok, { ACL: { '*': { read: true } } }], [ok, { ACL: {} }], [no, { ACL: { '*': { read: 'yes' } } }],
  [no, { ACL: { '*': { own: true } } }], [no, { unknown: 1 }], [no, { className: 'x' }],
  [ok, { level: 1 }],
];

const CREATES = [
  ...VALUES.map(([accepted, body]) => [accepted, { title: 'x', ...body }]),
  [ok, { title: 'x' }], [no, {}], [no, { title: '' }], [no, { title: null }], [ok, { title: 'x', level: null }],
  [no, { title: 'x', objectId: 'abc' }], [no, { title: 'x', createdAt: '2026-01-01T00:00:00.000Z' }],
];

const UPDATES = [
  ...VALUES,
  [ok, {}], [ok, { title: 'y' }], [no, { title: '' }], [no, { title: null }], [no, { level: null }],
  [no, { title: { __op: 'Delete' } }], [ok, { text: { __op: 'Delete' } }],
  [ok, { amount: { __op: 'Increment', amount: 2 } }], [no, { amount: { __op: 'Increment' } }],
  [no, { amount: { __op: 'Increment', amount: '2' } }], [no, { text: { __op: 'Increment', amount: 1 } }],
  [ok, { tags: { __op: 'AddUnique', objects: [1] } }], [ok, { tags: { __op: 'Remove', objects: [1] } }],
  [no, { tags: { __op: 'Add', objects: 1 } }], [ok, { others: { __op: 'RemoveRelation', objects: [list] } }],
];

let server;
let schemas;
before(async () => {
  server = await startWithClasses('zod');
  await server.generate();
  schemas = await import('../generated/zod/zod.ts');
});
after(() => server?.stop());

const check = (schema, body, accepted, answer) => {
  const shown = JSON.stringify(body);
  assert.equal(answer.status < 300, accepted, `the server and ${shown}: ${JSON.stringify(answer.body)}`);
  const parsed = schema.safeParse(body);
  assert.equal(parsed.success, accepted, `Zod and ${shown}: ${parsed.error}`);
};

test('a create', async () => {
  for (const [accepted, body] of CREATES) {
    check(schemas.EverythingCreate, body, accepted, await server.request('POST', '/classes/Everything', body));
  }
});

test('an update', async () => {
  for (const [accepted, body] of UPDATES) {
    const made = await server.request('POST', '/classes/Everything', { title: 'x' });
    const path = `/classes/Everything/${made.body.objectId}`;
    check(schemas.EverythingUpdate, body, accepted, await server.request('PUT', path, body));
  }
});

test('what is read', async () => {
  const lists = await server.request('POST', '/classes/List', { name: 'one' });
  const to = { ...list, objectId: lists.body.objectId };
  const accepted = CREATES.filter(([accepted]) => accepted);
  for (const [, body] of accepted) {
    const made = await server.request('POST', '/classes/Everything', { ...body, list: to });
    for (const query of ['', '?include=list']) {
      const read = await server.request('GET', `/classes/Everything/${made.body.objectId}${query}`, undefined, true);
      assert.equal(read.status, 200);
      schemas.Everything.parse(read.body);
    }
  }
  assert.throws(() => schemas.Everything.parse({ objectId: 'x' }));
});

test('dates and bytes as a form has them become what the server takes', async () => {
  const values = { title: 'x', at: new Date(5), raw: Uint8Array.of(104, 105) };
  const expected = { title: 'x', at: date('1970-01-01T00:00:00.005Z'), raw: { __type: 'Bytes', base64: 'aGk=' } };
  for (const schema of [schemas.EverythingCreate, schemas.EverythingUpdate]) {
    const body = schema.parse(values);
    assert.deepEqual(body, expected);
    check(schemas.EverythingCreate, body, ok, await server.request('POST', '/classes/Everything', body));
  }
  for (const at of [new Date('never'), 5, '1970-01-01']) {
    assert.equal(schemas.EverythingCreate.safeParse({ title: 'x', at }).success, false, String(at));
  }
});

test('the schemas by the name of the class', () => {
  const { Everything, EverythingCreate, EverythingUpdate } = schemas;
  assert.deepEqual(schemas.schemas.Everything, { read: Everything, create: EverythingCreate, update: EverythingUpdate });
  assert.equal(schemas.schemas._User.create, schemas.UserCreate);
});

test('accounts', async () => {
  for (const [accepted, body] of [
    [ok, { username: 'ada', password: 'secret' }], [no, { username: 'bob' }], [no, { password: 'secret' }],
    [no, { username: '', password: 'secret' }], [no, { username: 1, password: 'secret' }],
    [ok, { username: 'eve', password: 'secret', email: 'eve@example.com' }],
  ]) {
    check(schemas.UserCreate, body, accepted, await server.request('POST', '/users', body));
  }
  const { body } = await server.request('GET', '/users', undefined, true);
  assert.equal(body.results.length, 2);
  for (const user of body.results) assert.equal(schemas.User.parse(user).username, user.username);
});
