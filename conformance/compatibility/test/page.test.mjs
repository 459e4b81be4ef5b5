// The page about compatibility says what is so. `UPDATE_DOCS=1` writes it anew.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { isReference, startServer } from '../../server.mjs';
import { variables } from '../fixture.mjs';
import { makePage, page } from '../page.mjs';

const servers = {};
before(async () => {
  for (const [name, database] of [['on SQLite', ''], ['on PostgreSQL', 'postgres']]) {
    process.env.ASTROLABE_TEST_DATABASE = database;
    servers[name] = await startServer(variables);
  }
});
after(() => Promise.all(Object.values(servers).map(server => server.stop())));

test('docs/reference/parse-compatibility.md is fresh', { skip: isReference }, async () => {
  const made = await makePage(Object.fromEntries(Object.entries(servers).map(([name, { url }]) => [name, url])));
  if (process.env.UPDATE_DOCS) await writeFile(page, made);
  assert.equal(await readFile(page, 'utf8'), made, 'run it with UPDATE_DOCS=1');
});
