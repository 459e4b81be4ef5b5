// The packed tarballs, installed into an empty folder: the command runs, with no install script and nothing fetched.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { platformOf, thisMachine } from '@astrolabe/cli';
import { pack } from '../scripts/pack.mjs';

const run = promisify(execFile);
const tools = fileURLToPath(new URL('../../node_modules/.bin/', import.meta.url));
const platform = platformOf(thisMachine()).name;
const { ASTROLABE_BIN: binary, ...env } = process.env;

let folder;
let tarballs;
before(async () => {
  assert.ok(binary, 'Set ASTROLABE_BIN to the binary.');
  folder = await mkdtemp(join(tmpdir(), 'astrolabe-install-'));
  tarballs = await pack(join(folder, 'tarballs'), { [platform]: binary }, { strip: true });
  // `overrides` stands for the registry: the platform package is the one that was just packed.
  const [platformTarball, command] = tarballs;
  const local = `file:${platformTarball}`;
  const name = `@astrolabe/cli-${platform}`;
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, dependencies: { '@astrolabe/cli': `file:${command}` }, overrides: { [name]: local } }),
  );
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, env });
});
after(() => folder && rm(folder, { recursive: true, force: true }));

const bin = () => join(folder, 'node_modules/.bin/astrolabe');

test('npx astrolabe --version', async () => {
  const { stdout } = await run('npx', ['--offline', 'astrolabe', '--version'], { cwd: folder, env });
  assert.equal(stdout, (await run(binary, ['--version'])).stdout);
});

test('the resolver of the installed package finds the installed binary', async () => {
  const script = "import { binaryPath } from '@astrolabe/cli'; console.log(binaryPath())";
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: folder, env });
  assert.ok(stdout.trim().endsWith(`node_modules/@astrolabe/cli-${platform}/bin/astrolabe`), stdout);
});

test('arguments, output and exit code go through', async () => {
  const failed = await run(bin(), ['no-such-command'], { env }).catch(error => error);
  const direct = await run(binary, ['no-such-command']).catch(error => error);
  assert.deepEqual([failed.code, failed.stderr], [direct.code, direct.stderr]);
});

test('a server that is started by it ends when it is asked to', async () => {
  const args = ['start', '--data', join(folder, 'data'), '--listen', '127.0.0.1:0', '--app-id', 'a', '--master-key', 'm'];
  const child = spawn(bin(), [...args, '--log-level', 'error'], { cwd: folder, env, stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const [line] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended]);
  const [, url] = /^ready (\S+)$/.exec(String(line)) ?? [];
  assert.ok(url, String(line));
  assert.equal((await fetch(`${url}/healthz`)).status, 200);
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
  await assert.rejects(fetch(`${url}/healthz`));
});

test('without the platform package the command says what to do', async () => {
  const installed = join(folder, `node_modules/@astrolabe/cli-${platform}`);
  await rename(installed, `${installed}.away`);
  try {
    const failed = await run(bin(), ['--version'], { env }).catch(error => error);
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /^The package @astrolabe\/cli-.* is not installed\. Install without --omit=optional.*\n$/);
  } finally {
    await rename(`${installed}.away`, installed);
  }
});

test('no package has a script that npm runs', async () => {
  for (const name of ['cli', `cli-${platform}`]) {
    const manifest = JSON.parse(await readFile(join(folder, 'node_modules/@astrolabe', name, 'package.json'), 'utf8'));
    assert.equal(manifest.scripts, undefined, name);
    assert.equal(manifest.dependencies, undefined, name);
    await access(join(folder, 'node_modules/@astrolabe', name, 'LICENSE-MIT'));
  }
});

test('publint and attw find nothing', async () => {
  const command = tarballs.find(path => /cli-\d/.test(basename(path)));
  await run(join(tools, 'publint'), [command, '--strict']);
  await run(join(tools, 'attw'), [command, '--profile', 'esm-only']);
});
