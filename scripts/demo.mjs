// `make demo`: Astrolabe and the example site on this machine, with data and keys that stay between runs.
//   ASTROLABE_BIN=… node scripts/demo.mjs            runs until Ctrl-C
//   ASTROLABE_BIN=… node scripts/demo.mjs --check    stops as soon as both have answered; for tests
import { randomBytes } from 'node:crypto';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answers, findNode, freePort, run, startBackend, startSite, stop } from './processes.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SITE = join(ROOT, 'examples', 'todo');
const HOME = join(ROOT, '.demo');
const KEYS = join(HOME, 'keys.json');
const LOG = join(HOME, 'demo.log');
const LOG_LINES_SHOWN = 15;
const BACKEND_PORT = 1337;
const SITE_PORT = 4321;

const onlyCheck = process.argv.includes('--check');
const running = [];
let stopping = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void finish(0));
try {
  await main();
} catch (problem) {
  await fail(problem.message);
}

async function main() {
  const binary = process.env.ASTROLABE_BIN;
  if (!binary) throw new Error('Set ASTROLABE_BIN to the astrolabe binary (make demo does).');
  mkdirSync(HOME, { recursive: true, mode: 0o700 });
  const keys = loadKeys();
  await run(join(ROOT, 'scripts', 'build-site.sh'), [SITE]);

  const log = openSync(LOG, 'w', 0o600);
  const backend = await startBackend({
    binary,
    data: join(HOME, 'data'),
    schema: join(SITE, 'schema'),
    port: await freePort(BACKEND_PORT),
    keys,
    log,
  });
  watch(backend.child, 'Astrolabe');
  await answers(`${backend.url}/readyz`, backend.child);
  const site = await startSite({
    node: await findNode(),
    build: join(SITE, 'dist'),
    port: await freePort(SITE_PORT),
    env: { ASTROLABE_URL: backend.url, ASTROLABE_APP_ID: keys.appId, ASTROLABE_REST_KEY: keys.restKey },
    log,
  });
  watch(site.child, 'The site');

  console.log(`
  Todo site        ${site.url}
  Parse API        ${backend.url}/parse

  Application id   ${keys.appId}
  REST key         ${keys.restKey}
  JavaScript key   ${keys.javascriptKey}
  Master key       ${keys.masterKey}

  The keys are for this demo alone. They are kept in .demo/keys.json, the data in .demo/data, what the two say in
  .demo/demo.log.
  ${onlyCheck ? 'Both answered.' : 'Ctrl-C stops both.'}
`);
  if (onlyCheck) await finish(0);
}

/** Made once, readable by their owner only. */
function loadKeys() {
  try {
    return JSON.parse(readFileSync(KEYS, 'utf8'));
  } catch (problem) {
    if (problem.code !== 'ENOENT') throw new Error(`${KEYS} cannot be read: ${problem.message}`);
  }
  const secret = () => randomBytes(24).toString('base64url');
  const keys = { appId: 'todo', restKey: secret(), javascriptKey: secret(), masterKey: secret() };
  writeFileSync(KEYS, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  return keys;
}

function watch(child, name) {
  running.push(child);
  child.once('exit', (code, signal) => void fail(`${name} ended (${signal ?? code}).`));
}

/** Says what went wrong, with the end of the log if there is one. */
async function fail(message) {
  if (stopping) return;
  let log = '';
  try {
    log = readFileSync(LOG, 'utf8').trimEnd().split('\n').slice(-LOG_LINES_SHOWN).join('\n');
  } catch {
    // Nothing has been started yet.
  }
  console.error(`\n${log}\n\n  ${message}\n`);
  await finish(1);
}

/** Ends what was started, the last first: the site must not meet a backend that has gone. */
async function finish(code) {
  if (stopping) return;
  stopping = true;
  for (const child of running.toReversed()) await stop(child);
  process.exit(code);
}
