// `astrolabe dev` writes changes of classes back as migrations, and applies those a developer adds.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { astrolabe } from '../harness.mjs';

const PATIENCE_MS = 30_000;
let folder;
let server;
let send;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'astrolabe-dev-'));
  server = spawn(process.env.ASTROLABE_BIN, ['dev', '--listen', '127.0.0.1:0', '--exit-on-stdin-eof'], {
    cwd: folder,
    env: { ...process.env, ASTROLABE_TYPES_DIR: 'src/types' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const url = await new Promise((resolve) => {
    createInterface({ input: server.stdout }).on('line', (line) => {
      if (line.startsWith('ready ')) resolve(line.slice('ready '.length));
    });
  });
  const keys = JSON.parse(await readFile(join(folder, '.astrolabe', 'keys.json'), 'utf8'));
  send = async (method, path, body) => {
    const headers = { 'X-Parse-Application-Id': keys.appId, 'X-Parse-REST-API-Key': keys.restKey };
    const response = await fetch(`${url}/parse${path}`, { method, headers, body: body && JSON.stringify(body) });
    return response.json();
  };
});
after(async () => {
  server?.kill('SIGTERM');
  await rm(folder, { recursive: true, force: true });
});

/** Waits until something is there. */
async function until(what, look) {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await wait(100)) {
    const found = await look();
    if (found) return found;
  }
  throw new Error(`${what} did not happen`);
}

const migrations = async () => {
  const path = join(folder, 'schema', 'migrations');
  return existsSync(path) ? (await readdir(path)).filter((name) => name.endsWith('.jsonc')).sort() : [];
};
const status = () => astrolabe(['schema', 'migrate', 'status'], { cwd: folder });
const diff = () => astrolabe(['schema', 'diff'], { cwd: folder });

test('types follow the classes, in the files that are there', async () => {
  const types = join(folder, 'src', 'types');
  const first = ['client.ts', 'drizzle.ts', 'parse.ts', 'rest.ts', 'zod.ts'];
  await until('the first files', async () => existsSync(types) && (await readdir(types)).length === first.length);
  assert.deepEqual((await readdir(types)).sort(), first);
  for (const name of first.filter((name) => name !== 'zod.ts')) await rm(join(types, name));
  await send('POST', '/classes/Followed', { wing: 'x' });
  await until('the new class', async () => (await readFile(join(types, 'zod.ts'), 'utf8')).includes('wing'));
  assert.deepEqual(await readdir(types), ['zod.ts']);
});

test('nothing is written where there is no folder', async () => {
  await send('POST', '/classes/Early', { a: 1 });
  assert.ok(!existsSync(join(folder, 'schema')));
});

test('a class made by its first object becomes a migration and a file', async () => {
  await mkdir(join(folder, 'schema'));
  await send('POST', '/classes/Todo', { title: 'a', done: false });
  await until('the migration', async () => (await migrations()).length === 1);
  await until('the record', async () => (await status()).includes('applied'));
  const [name] = await migrations();
  const text = await readFile(join(folder, 'schema', 'migrations', name), 'utf8');
  for (const part of ['"class": "Early"', '"class": "Todo", "field": "title", "definition": { "type": "String" }']) {
    assert.ok(text.includes(part), `${part} is missing in ${text}`);
  }
  await until('the class file', () => existsSync(join(folder, 'schema', 'Todo.jsonc')));
  await until('agreement', async () => (await diff()).includes('say the same'));
});

test('what a developer changes in the files stays, and their migration is applied at once', async () => {
  const file = join(folder, 'schema', 'Todo.jsonc');
  const edited = (await readFile(file, 'utf8')).replace('"title": {', '"headline": { "renamedFrom": "title",');
  await writeFile(file, edited);
  // Meanwhile the database changes by itself.
  await send('POST', '/classes/Todo', { title: 'b', priority: 1 });
  await until('the second migration', async () => (await migrations()).includes('0002_todo_add_priority.jsonc'));
  await until('the class file', async () => (await readFile(file, 'utf8')).includes('priority'));
  assert.ok((await readFile(file, 'utf8')).includes('"renamedFrom": "title"'));

  await astrolabe(['schema', 'migrate', 'new', 'headline'], { cwd: folder });
  const { results } = await until('the rename', async () => {
    const found = await send('GET', '/classes/Todo?order=createdAt');
    return found.results[0].headline && found;
  });
  assert.deepEqual(results.map((row) => row.headline), ['a', 'b']);
  await until('agreement', async () => (await diff()).includes('say the same'));
  assert.equal((await migrations()).length, 3);
});
