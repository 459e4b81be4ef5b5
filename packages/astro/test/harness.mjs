// What the tests of the package share: sites in folders of their own, and the programs that run them.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { answers, freePort, run, startBackend, stop } from '../../../scripts/processes.mjs';

export const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
export const PACKAGES = fileURLToPath(new URL('../..', import.meta.url));
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
export const ASTRO = join(PACKAGES, 'node_modules', 'astro', 'bin', 'astro.mjs');
export const FIXTURE = fileURLToPath(new URL('fixtures/site/', import.meta.url));
const LOG = process.env.TEST_LOG ? 'inherit' : 'ignore';
const PATIENCE_MS = 60_000;

export { answers, freePort, run, stop };

/** The environment of a site's programs: nothing of what the tests themselves were told about a backend. */
export function environment(more = {}) {
  const { ASTROLABE_URL, ASTROLABE_APP_ID, ASTROLABE_REST_KEY, NODE_TEST_CONTEXT, ...env } = process.env;
  return { ...env, ASTRO_TELEMETRY_DISABLED: '1', ASTRO_DEV_BACKGROUND: '0', ASTROLABE_LOG: 'error', ...more };
}

/** A site in a folder that goes with the test, below the package so that it finds what the package has installed. */
export function makeSite(files = {}, { from } = {}) {
  mkdirSync(join(PACKAGE, 'test', 'tmp'), { recursive: true });
  const folder = mkdtempSync(join(PACKAGE, 'test', 'tmp', 'site-'));
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  if (from) cpSync(from, folder, { recursive: true, filter: (path) => !/^(?:\.astro|\.astrolabe|\.wrangler|dist.*|node_modules)$/.test(basename(path)) });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** The least that `astro add @astrolabe/astro` leaves behind. */
export const LEAST = {
  'package.json': JSON.stringify({ name: 'site', private: true, type: 'module', dependencies: { astro: '*', '@astrolabe/astro': '*' } }),
  'astro.config.mjs': `import { defineConfig } from 'astro/config';
import astrolabe from '@astrolabe/astro';

export default defineConfig({ integrations: [astrolabe()], devToolbar: { enabled: false } });
`,
  'tsconfig.json': JSON.stringify({ extends: 'astro/tsconfigs/strictest', include: ['.astro/types.d.ts', '**/*'], exclude: ['dist'] }),
  'src/pages/index.astro': '<html lang="en"><head><title>Site</title></head><body><h1>A site</h1></body></html>\n',
};

/** `astro dev` in a folder, up and answering. `log()` is what it has said. */
export async function startDev(folder, { env = {}, args = [], path = '/' } = {}) {
  const port = await freePort();
  const child = spawn(process.execPath, [ASTRO, 'dev', '--port', String(port), ...args], {
    cwd: folder,
    env: environment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said.push(chunk);
      if (LOG === 'inherit') process.stderr.write(chunk);
    });
  }
  after(() => stop(child));
  const url = `http://localhost:${port}`;
  const log = () => Buffer.concat(said).toString().replace(/\u001b\[[0-9;]*m/g, '');
  await answers(`${url}${path}`, child).catch((problem) => {
    throw new Error(`${problem.message}\n${log()}`);
  });
  return { child, url, port, log };
}

/** What `.astrolabe/running.json` says; `undefined` while it is not there. */
export function running(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, '.astrolabe', 'running.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

/** Waits until `check` gives something that counts as true. */
export async function until(what, check) {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`In ${PATIENCE_MS / 1000} s it did not happen that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Kills it without a word. */
export async function kill(child) {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** A backend with an empty database, stopped with the test. */
export async function startEmptyBackend({ schema = join(tmpdir(), 'no-schema') } = {}) {
  const data = mkdtempSync(join(tmpdir(), 'astrolabe-astro-'));
  const secret = () => randomBytes(16).toString('hex');
  const keys = { appId: 'site', restKey: secret(), javascriptKey: secret(), masterKey: secret() };
  // Every visitor of these tests has the same address.
  process.env.ASTROLABE_ACCOUNTS_RATE_LIMIT = 'false';
  const { child, url } = await startBackend({ binary: process.env.ASTROLABE_BIN, data, schema, keys, log: LOG });
  after(async () => {
    await stop(child);
    rmSync(data, { recursive: true, force: true });
  });
  const env = { ASTROLABE_URL: url, ASTROLABE_APP_ID: keys.appId, ASTROLABE_REST_KEY: keys.restKey };
  return { child, url, keys, env };
}

/** `astro build` in a folder. */
export const build = (folder, env = {}, args = []) =>
  run(process.execPath, [ASTRO, 'build', ...args], { cwd: folder, env: environment(env), stdio: ['ignore', 'pipe', LOG] });
