// The generated files are accepted by the real tools.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startWithClasses, tool } from '../harness.mjs';

let server;
before(async () => {
  server = await startWithClasses('compile');
  await server.generate();
});
after(() => server?.stop());

test('tsc accepts the generated files and their use', async () => {
  const { ok, output } = await tool('tsc', ['-p', '.']);
  assert.ok(ok, output);
});

test('the generated files are formatted', async () => {
  const style = ['--single-quote', '--print-width', '120', '--ignore-path', 'none'];
  const { ok, output } = await tool('prettier', ['--check', ...style, './generated/compile/*.ts']);
  assert.ok(ok, output);
});

test('drizzle-kit reads the Drizzle schema', async () => {
  const out = './generated/compile/sql';
  const { ok, output } = await tool('drizzle-kit', [
    'generate', '--dialect', 'sqlite', '--schema', './generated/compile/drizzle.ts', '--out', out,
  ]);
  assert.ok(ok, output);
  const folder = join(server.generated, 'sql');
  const name = (await readdir(folder)).find((file) => file.endsWith('.sql'));
  const sql = await readFile(join(folder, name), 'utf8');
  for (const part of ['CREATE TABLE `Everything`', '`rowid_2` text', '`place__lng` real', 'CREATE TABLE `_join_Everything_others`']) {
    assert.ok(sql.includes(part), `${part} is missing in\n${sql}`);
  }
});

test('the same schema gives the same files', async () => {
  const read = async () => {
    const names = (await readdir(server.generated)).filter((name) => name.endsWith('.ts'));
    assert.deepEqual(names.sort(), ['client.ts', 'drizzle.ts', 'parse.ts', 'rest.ts', 'zod.ts']);
    return Promise.all(names.map((name) => readFile(join(server.generated, name), 'utf8')));
  };
  const first = await read();
  await server.generate();
  assert.deepEqual(await read(), first);
});
