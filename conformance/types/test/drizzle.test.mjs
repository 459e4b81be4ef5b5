// Drizzle reads the database of a running server, without writing to it.
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/sqlite-proxy';
import { startWithClasses } from '../harness.mjs';

let server;
let tables;
let database;
let db;
before(async () => {
  server = await startWithClasses('drizzle');
  await server.generate();
  tables = await import('../generated/drizzle/drizzle.ts');
  database = new DatabaseSync(server.database, { readOnly: true });
  db = drizzle(async (sql, params, method) => {
    const statement = database.prepare(sql);
    statement.setReturnArrays(true);
    return { rows: method === 'get' ? statement.get(...params) : statement.all(...params) };
  });
});
after(async () => {
  database?.close();
  await server?.stop();
});

test('rows come with the types of their fields', async () => {
  const made = await server.request('POST', '/classes/List', { name: 'one' });
  const list = { __type: 'Pointer', className: 'List', objectId: made.body.objectId };
  const row = {
    title: 'x', text: "it's", amount: 1.5, isDone: true, info: { a: [1] }, tags: ['b', 2], list, rowid: 'r',
    at: { __type: 'Date', iso: '2026-01-02T03:04:05.678Z' },
    place: { __type: 'GeoPoint', latitude: 47.5, longitude: 19 },
    area: { __type: 'Polygon', coordinates: [[0, 0], [0, 1], [1, 1], [0, 0]] },
    picture: { __type: 'File', name: 'a.png', url: 'http://x/a.png' },
    raw: { __type: 'Bytes', base64: 'aGk=' },
    others: { __op: 'AddRelation', objects: [list] },
    ACL: { '*': { read: true } },
  };
  const { body } = await server.request('POST', '/classes/Everything', row);
  const { Everything, Everything$others, List, accessLists } = tables;

  const [read] = await db.select().from(Everything).where(eq(Everything.objectId, body.objectId));
  assert.deepEqual(
    { ...read, _acl: undefined },
    {
      objectId: body.objectId, createdAt: new Date(body.createdAt), updatedAt: new Date(body.createdAt), _acl: undefined,
      title: 'x', level: 3, text: "it's", amount: 1.5, isDone: true, info: { a: [1] }, tags: ['b', 2],
      list: list.objectId, parent: null, astray: null, rowid: 'r', at: new Date('2026-01-02T03:04:05.678Z'),
      place$latitude: 47.5, place$longitude: 19, area: [[0, 0], [0, 1], [1, 1], [0, 0]],
      picture: { name: 'a.png', url: 'http://x/a.png' }, raw: 'aGk=',
    },
  );
  const [acl] = await db.select().from(accessLists).where(eq(accessLists.id, read._acl));
  assert.deepEqual([acl.readers, acl.writers], [['*'], []]);

  const joined = await db
    .select({ name: List.name })
    .from(Everything$others)
    .innerJoin(List, eq(List.objectId, Everything$others.relatedId))
    .where(eq(Everything$others.owningId, body.objectId));
  assert.deepEqual(joined, [{ name: 'one' }]);
});

test('an open connection is refused a write, and sees what the server commits', async () => {
  const { List } = tables;
  await assert.rejects(db.insert(List).values({ objectId: 'x', createdAt: new Date(), updatedAt: new Date() }));
  const before = await db.$count(List);
  await server.request('POST', '/classes/List', { name: 'two' });
  assert.equal(await db.$count(List), before + 1);
});

test('secrets are in no table of the schema', () => {
  const columns = Object.keys(tables.User);
  assert.ok(columns.includes('username'));
  for (const secret of ['password', '_hashed_password', '_username_key', 'sessionToken']) {
    assert.ok(!columns.includes(secret) && !Object.keys(tables.Session).includes(secret), secret);
  }
});
