// The packed package: what is in it, its types and entry points, that bundlers leave out what is not used, and its size.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { HERE, tool } from './harness.mjs';

const run = promisify(execFile);
let folder;
let tarball;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'astrolabe-client-'));
  const { stdout } = await run('npm', ['pack', '--json', '--loglevel=error', '--pack-destination', folder], { cwd: join(HERE, '..') });
  const [{ filename, files }] = JSON.parse(stdout);
  tarball = { path: join(folder, filename), files: files.map(({ path }) => path) };
});
after(() => folder && rm(folder, { recursive: true, force: true }));

test('publint and attw find nothing', async () => {
  for (const [name, args] of [['publint', [tarball.path, '--strict']], ['attw', [tarball.path, '--profile', 'esm-only']]]) {
    const { ok, output } = await tool(name, args);
    assert.ok(ok, output);
  }
});

test('the package has what it needs and nothing else', async () => {
  assert.ok(tarball.files.includes('dist/vue/index.d.ts') && tarball.files.includes('README.md'));
  const others = tarball.files.filter((path) => !/^dist\/[\w/-]+\.(js|d\.ts)$|^(package\.json|README\.md|LICENSE-\w+)$/.test(path));
  assert.deepEqual(others, []);
  assert.ok(tarball.files.includes('LICENSE-MIT') && tarball.files.includes('LICENSE-APACHE'));
  const manifest = JSON.parse(await readFile(join(HERE, '../package.json'), 'utf8'));
  assert.equal(manifest.dependencies, undefined);
});

/** The bytes that a bundler makes of a script, compressed. */
async function size(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: HERE },
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: 'es2022',
    external: ['vue'],
    logLevel: 'error',
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}

// The bounds are what the README states.
for (const [what, bytesMax, contents] of [
  ['the client', 5_000, "import { createClient } from '@astrolabe/client'; console.log(createClient)"],
  ['everything', 6_000, "import * as all from '@astrolabe/client'; console.log(all)"],
  ['client, stores and composables', 7_500, "import { createClient } from '@astrolabe/client'; import * as vue from '@astrolabe/client/vue'; console.log(createClient, vue)"],
  ['one operation', 200, "import { increment } from '@astrolabe/client'; console.log(increment)"],
  ['an import that is not used', 50, "import { createClient } from '@astrolabe/client'; import '@astrolabe/client/stores'"],
]) {
  test(`the size of ${what}`, async (t) => {
    const bytes = await size(contents);
    t.diagnostic(`${bytes} bytes, compressed`);
    assert.ok(bytes <= bytesMax, `${bytes} bytes`);
  });
}

test('the installed package works without vue', async () => {
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies: { '@astrolabe/client': `file:${tarball.path}` } }));
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder });
  const script = "import { createClient } from '@astrolabe/client'; import { queryStore } from '@astrolabe/client/stores'; console.log(typeof createClient, typeof queryStore)";
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: folder });
  assert.equal(stdout, 'function function\n');
});
