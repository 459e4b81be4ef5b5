// Starting and stopping the two programs that make up a site: Astrolabe and the built Astro server. Used by the demo and
// by the example site's browser tests. Everything listens on loopback, and only processes started here are ever ended.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const HOST = '127.0.0.1';
const STOP_MS_MAX = 10_000;
const EXIT_WITH_PARENT = new URL('exit-with-parent.mjs', import.meta.url).href;
const NODE_FINDER = fileURLToPath(new URL('node.sh', import.meta.url));

/** The path of a Node that runs Astro: this one if it is new enough, else the one that scripts/node.sh finds. */
export async function findNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 12)) return process.execPath;
  return `${(await run(NODE_FINDER, [])).trim()}/node`;
}

/** Runs a program to its end and gives its standard output; its standard error is shown. */
export async function run(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], ...options });
  let output = '';
  child.stdout?.on('data', (chunk) => (output += chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}\n${output}`);
  return output;
}

/** `wanted` if nothing listens there, else the next free port after it; 0 takes any. */
export async function freePort(wanted = 0) {
  for (let port = wanted; port < 65_536; port += 1) {
    const found = await tryPort(port);
    if (found) return found;
  }
  throw new Error(`No free port from ${wanted} on`);
}

function tryPort(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(null));
    probe.listen(port, HOST, () => {
      const found = probe.address().port;
      probe.close(() => resolve(found));
    });
  });
}

/**
 * Starts `astrolabe start` with the classes of the folder `schema`, and gives its address once it says that it takes
 * connections. Logs go to `log`.
 */
export async function startBackend({ binary, data, schema, port = 0, keys, log = 'inherit' }) {
  const child = spawnDetached(
    binary,
    [
      'start',
      ...['--data', data],
      ...['--listen', `${HOST}:${port}`],
      ...['--app-id', keys.appId],
      ...['--rest-key', keys.restKey],
      ...['--javascript-key', keys.javascriptKey],
      '--exit-on-stdin-eof',
    ],
    {
      ...process.env,
      // Not a flag: every user of the machine can read those.
      ASTROLABE_MASTER_KEY: keys.masterKey,
      ASTROLABE_SCHEMA_DIR: schema,
      ASTROLABE_MIGRATE: 'true',
    },
    ['pipe', 'pipe', log],
  );
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('ready ')) resolve(line.slice('ready '.length).trim());
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`Astrolabe ended (${signal ?? code}) before it was ready`)));
  });
  return { child, url: url.replace(/\/+$/, '') };
}

/** Starts the site that was built into `build`, and waits until it answers. */
export async function startSite({ node, build, port, env, log = 'inherit' }) {
  const child = spawnDetached(
    node,
    ['--import', EXIT_WITH_PARENT, join(build, 'server', 'entry.mjs')],
    { ...process.env, HOST, PORT: String(port), NODE_ENV: 'production', ...env },
    ['pipe', 'ignore', log],
  );
  const url = `http://${HOST}:${port}`;
  await answers(`${url}/`, child);
  return { child, url };
}

// A group of its own, because Ctrl-C in a terminal goes to the whole group: we want to end the children in order.
// The pipe at their standard input tells them when we are gone, however that happens.
function spawnDetached(command, args, env, stdio) {
  return spawn(command, args, { env, stdio, detached: true });
}

/** Waits until this address answers well (below 400); gives up when the program behind it ends. */
export async function answers(url, child, patience_ms = 60_000) {
  const deadline = Date.now() + patience_ms;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${child.spawnfile} ended; ${url} never answered`);
    const status = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(5000) }).then(
      (response) => response.status,
      () => 0,
    );
    if (status > 0 && status < 400) return;
    if (Date.now() > deadline) throw new Error(`${url} did not answer in ${patience_ms / 1000} s (last status: ${status})`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Asks a child to end and waits for it; one that does not listen is killed. */
export async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
  await ended;
  clearTimeout(force);
}
