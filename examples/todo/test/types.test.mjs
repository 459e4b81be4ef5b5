// The generated types are those of the class files, and the site does not compile with others.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { SITE } from './harness.mjs';

const run = promisify(execFile);
const types = (folder, ...more) =>
  run(process.env.ASTROLABE_BIN, ['types', '--from-files', '--only', 'rest', ...more], { cwd: folder });
const skip = process.env.ASTROLABE_BIN ? false : 'it takes the astrolabe binary';

test('the types are up to date', { skip }, async () => {
  await types(SITE, '--check');
  const source = join(SITE, '..', '..', 'crates', 'schema-code', 'src', 'class.schema.json');
  assert.equal(readFileSync(join(SITE, 'schema', 'class.schema.json'), 'utf8'), readFileSync(source, 'utf8'));
});

test('a renamed field is a type error', { skip }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'astrolabe-todo-types-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['src', 'schema', 'astro.config.mjs', 'package.json', 'tsconfig.json']) {
    cpSync(join(SITE, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(SITE, 'node_modules'), join(folder, 'node_modules'));

  const file = join(folder, 'schema', 'Todo.jsonc');
  const renamed = readFileSync(file, 'utf8').replace('"title": {', '"headline": { "renamedFrom": "title",');
  assert.ok(renamed.includes('headline'));
  writeFileSync(file, renamed);
  await types(folder);

  const check = run(join(SITE, 'node_modules', '.bin', 'astro'), ['check'], {
    cwd: folder,
    env: { ...process.env, ASTRO_TELEMETRY_DISABLED: '1' },
  });
  const refused = await check.then(() => undefined, (error) => `${error.stdout}${error.stderr}`);
  assert.ok(refused, 'astro check accepts a site whose field was renamed');
  assert.match(refused, /src\/lib\/todos\.ts.*error/s);
  assert.match(refused, /title/);
});
