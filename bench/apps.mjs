// What it costs to open an app: APPS apps (1,000 unless told otherwise) in one process, each opened by its first request,
// once when they are new and once when they have data. Exits with 1 if a must is missed. `make bench-apps`.
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stop } from '../scripts/processes.mjs';
import { startAstrolabe } from './lib/many-apps.mjs';
import { machine } from './lib/machine.mjs';
import { line } from './lib/musts.mjs';
import { median, show } from './lib/numbers.mjs';
import { pssMiB } from './lib/processes.mjs';
import { mustTable, table } from './lib/report.mjs';

const APPS = Number(process.env.APPS ?? 1_000);
const OPEN_MS = { must: 3, aim: 1 };
const OPEN_KIB = { must: 400, aim: 300 };

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const work = mkdtempSync(join(process.env.BENCH_WORK || tmpdir(), 'astrolabe-apps-'));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));
process.on('exit', () => rmSync(work, { recursive: true, force: true, maxRetries: 3 }));

const apps = Array.from({ length: APPS + 1 }, (_, number) => makeApp(`app-${number}`));
const runs = { new: await run(true), 'with data': await run(false) };
const musts = Object.entries(runs).flatMap(([kind, { openMs, kib }]) => [
  line(`opening an app, ${kind}, ms`, OPEN_MS.must, OPEN_MS.aim, openMs),
  line(`an open app, ${kind}, KiB of PSS`, OPEN_KIB.must, OPEN_KIB.aim, kib),
]);
await write(musts);
process.exit(musts.every(({ holds }) => holds) ? 0 : 1);

/** Writes a record as `astrolabe app create` does. */
function makeApp(id) {
  const key = randomBytes(16).toString('hex');
  const folder = join(work, 'apps', id);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const record = {
    id,
    name: id,
    created_at: new Date().toISOString(),
    rest_key: key,
    javascript_key: null,
    master_key_sha256: createHash('sha256').update(key).digest('hex'),
  };
  writeFileSync(join(folder, 'app.json'), JSON.stringify(record), { mode: 0o600 });
  return { id, key };
}

/** Opens all apps in a new process. The first app warms what all share, and does not count. */
async function run(writes) {
  const server = await startAstrolabe({ binary: process.env.BENCH_ASTROLABE, data: work, openMax: APPS + 1 });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const [first, ...others] = apps;
  const ask = (app, method, body) => send({ origin: server.url, agent, app, method, body });
  for (let warmed = 0; warmed < 20; warmed += 1) await ask(first, 'GET');
  const before = pssMiB([server.child.pid]);
  const opening = [];
  for (const app of others) opening.push(await ask(app, 'GET'));
  const memory = pssMiB([server.child.pid]) - before;
  const again = [];
  for (const app of others) again.push(await ask(app, 'GET'));
  if (writes) for (const app of others) await ask(app, 'POST', { name: 'admins', ACL: {} });
  const { threads, files } = costs(server.child.pid);
  agent.destroy();
  await stop(server.child);
  return {
    openMs: mean(opening) - mean(again),
    openP50: median(opening),
    openMax: Math.max(...opening),
    requestMs: mean(again),
    kib: (memory * 1024) / others.length,
    threads,
    files,
  };
}

/** Milliseconds until the answer has arrived. */
function send({ origin, agent, app, method, body }) {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const headers = {
      'X-Parse-Application-Id': app.id,
      'X-Parse-Master-Key': app.key,
      ...(body && { 'Content-Type': 'application/json' }),
    };
    const sent = request(`${origin}/parse/roles`, { method, headers, agent }, (answer) => {
      answer.resume().on('end', () => {
        if (answer.statusCode >= 300) reject(new Error(`${method} in ${app.id}: ${answer.statusCode}`));
        else resolve(performance.now() - began);
      });
    });
    sent.once('error', reject);
    sent.end(body && JSON.stringify(body));
  });
}

function costs(pid) {
  const [, threads] = readFileSync(`/proc/${pid}/status`, 'utf8').match(/^Threads:\s+(\d+)$/m);
  return { threads: Number(threads), files: readdirSync(`/proc/${pid}/fd`).length };
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

async function write(musts) {
  const date = new Date().toISOString().slice(0, 10);
  const facts = await machine(ROOT);
  const name = join('bench', 'results', APPS < 1_000 ? 'quick' : date);
  const rows = Object.entries(runs).map(([kind, run]) => [
    kind, show(run.openMs, ' ms'), show(run.openP50, ' ms'), show(run.openMax, ' ms'), show(run.requestMs, ' ms'),
    show(run.kib, ' KiB'), run.threads, run.files,
  ]);
  const head = ['', 'opening (mean)', 'first request (median)', 'first request (max)', 'later request', 'PSS each', 'threads', 'open files'];
  const text = [
    `# Apps, ${date}`,
    `${APPS.toLocaleString('en-GB')} apps in one process. Astrolabe at ${facts.commit} on ${facts.cpu}, ${facts.cores} cores. Opening is the mean of first requests less that of later ones.`,
    mustTable(musts),
    table(head, rows),
  ].join('\n\n');
  mkdirSync(join(ROOT, name), { recursive: true });
  writeFileSync(join(ROOT, name, 'apps.md'), `${text}\n`);
  console.log(`${text}\n\nResults: ${name}/apps.md`);
}
