// Drizzle reads an app in PostgreSQL with a role that may only read, and drizzle-kit sees the tables as they are.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { getTableConfig } from 'drizzle-orm/pg-core';
import pg from 'pg';
import { startWithClasses, tool } from '../harness.mjs';

const URL_OF_TESTS = process.env.ASTROLABE_TEST_POSTGRES_URL || 'postgres://postgres@127.0.0.1:5432/postgres';
process.env.ASTROLABE_TEST_DATABASE = 'postgres';

const role = `astrolabe_reader_${randomBytes(6).toString('hex')}`;
const password = randomBytes(12).toString('hex');
let server;
let tables;
let owner;
let reader;
let db;
before(async () => {
  server = await startWithClasses('drizzle-postgres');
  await server.generate();
  tables = await import('../generated/drizzle-postgres/drizzle.ts');
  owner = new pg.Client(URL_OF_TESTS);
  await owner.connect();
  const { schemaName } = tables.app;
  const names = [tables.Everything, tables.Everything$others, tables.List].map((table) => `"${schemaName}"."${getTableConfig(table).name}"`);
  await owner.query(`
    CREATE ROLE ${role} LOGIN PASSWORD '${password}';
    ALTER ROLE ${role} SET default_transaction_read_only = on;
    GRANT USAGE ON SCHEMA "${schemaName}" TO ${role};
    GRANT SELECT ON ${names.join(', ')} TO ${role};
    GRANT SELECT ("objectId", "createdAt", username) ON "${schemaName}"."_User" TO ${role};
  `);
  const url = new URL(URL_OF_TESTS);
  Object.assign(url, { username: role, password });
  reader = new pg.Client(url.href);
  await reader.connect();
  db = drizzle(reader);
});
after(async () => {
  await reader?.end();
  await owner?.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  await owner?.end();
  await server?.stop();
});

test('rows come with the types of their fields', async () => {
  const made = await server.request('POST', '/classes/List', { name: 'one' });
  const list = { __type: 'Pointer', className: 'List', objectId: made.body.objectId };
  const row = {
    title: 'x', text: "it's", amount: 1.5, isDone: true, info: { b: 1, a: [1] }, tags: ['b', 2], list, rowid: 'r',
    at: { __type: 'Date', iso: '2026-01-02T03:04:05.678Z' },
    place: { __type: 'GeoPoint', latitude: 47.5, longitude: 19 },
    area: { __type: 'Polygon', coordinates: [[0, 0], [0, 1], [1, 1], [0, 0]] },
    picture: { __type: 'File', name: 'a.png', url: 'http://x/a.png' },
    raw: { __type: 'Bytes', base64: 'aGk=' },
    others: { __op: 'AddRelation', objects: [list] },
    ACL: { '*': { read: true } },
  };
  const { body } = await server.request('POST', '/classes/Everything', row);
  const { Everything, Everything$others, List } = tables;

  const [read] = await db.select().from(Everything).where(eq(Everything.objectId, body.objectId));
  assert.deepEqual(read, {
    objectId: body.objectId, createdAt: new Date(body.createdAt), updatedAt: new Date(body.createdAt),
    _rperm: ['*'], _wperm: [],
    title: 'x', level: 3, text: "it's", amount: 1.5, isDone: true, info: { b: 1, a: [1] }, tags: ['b', 2],
    list: list.objectId, parent: null, astray: null, rowid: 'r', at: new Date('2026-01-02T03:04:05.678Z'),
    place$latitude: 47.5, place$longitude: 19, area: [[0, 0], [0, 1], [1, 1], [0, 0]],
    picture: { name: 'a.png', url: 'http://x/a.png' }, raw: 'aGk=',
  });
  assert.equal((await db.select().from(Everything).where(eq(Everything.isDone, true))).length, 1);

  const joined = await db
    .select({ name: List.name })
    .from(Everything$others)
    .innerJoin(List, eq(List.objectId, Everything$others.relatedId))
    .where(eq(Everything$others.owningId, body.objectId));
  assert.deepEqual(joined, [{ name: 'one' }]);
});

test('the role reads what it was given, writes nothing, and sees what the server commits', async () => {
  const { List, User, app } = tables;
  const row = { objectId: 'x', createdAt: new Date(), updatedAt: new Date() };
  const refused = async (work, code) => assert.rejects(work, (error) => (error.cause ?? error).code === code);
  await refused(db.insert(List).values(row), '25006');
  // Whoever turns that off still may not.
  await reader.query('SET default_transaction_read_only = off');
  await refused(db.insert(List).values(row), '42501');
  await refused(db.delete(List), '42501');
  await reader.query('SET default_transaction_read_only = on');
  assert.deepEqual(await db.select({ name: User.username }).from(User), []);
  await refused(reader.query(`SELECT * FROM "${app.schemaName}"."_User"`), '42501');
  await refused(reader.query(`SELECT * FROM "${app.schemaName}"."_Session"`), '42501');
  const before = await db.$count(List);
  await server.request('POST', '/classes/List', { name: 'two' });
  assert.equal(await db.$count(List), before + 1);
});

test('drizzle-kit reads the schema, which is that of the database', async () => {
  const { ok, output } = await tool('drizzle-kit', [
    'generate', '--dialect', 'postgresql', '--schema', './generated/drizzle-postgres/drizzle.ts',
    '--out', './generated/drizzle-postgres/sql',
  ]);
  assert.ok(ok, output);
  const folder = join(server.generated, 'sql');
  const name = (await readdir(folder)).find((file) => file.endsWith('.sql'));
  const sql = await readFile(join(folder, name), 'utf8');
  for (const part of [`CREATE TABLE "${tables.app.schemaName}"."Everything"`, '"place__lng" double precision', '"_rperm" text[]']) {
    assert.ok(sql.includes(part), `${part} is missing in\n${sql}`);
  }
  // Every column is there, with the type that it has here.
  const { rows } = await owner.query(
    'SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = $1', [tables.app.schemaName]);
  const found = new Map(rows.map((row) => [`${row.table_name}.${row.column_name}`, row.data_type.replace('ARRAY', 'text[]')]));
  for (const table of Object.values(tables).filter((table) => table !== tables.app)) {
    const { name, columns } = getTableConfig(table);
    for (const column of columns) assert.equal(found.get(`${name}.${column.name}`), column.getSQLType(), `${name}.${column.name}`);
  }
});

test('tsc and prettier like it', async () => {
  const config = { extends: '../../tsconfig.json', include: ['./drizzle.ts'] };
  await mkdir(server.generated, { recursive: true });
  await writeFile(join(server.generated, 'tsconfig.json'), JSON.stringify(config));
  const compiled = await tool('tsc', ['--noEmit', '-p', './generated/drizzle-postgres']);
  assert.ok(compiled.ok, compiled.output);
  const pretty = await tool('prettier', ['--check', '--ignore-path', '/dev/null', '--single-quote', '--print-width', '120', './generated/drizzle-postgres/drizzle.ts']);
  assert.ok(pretty.ok, pretty.output);
});

test('secrets are in no table of the schema', () => {
  const columns = Object.keys(tables.User);
  assert.ok(columns.includes('username'));
  for (const secret of ['password', '_hashed_password', '_username_key', 'sessionToken']) {
    assert.ok(!columns.includes(secret) && !Object.keys(tables.Session).includes(secret), secret);
  }
});
