// How much more a get and a create cost when a class has ROWS objects (10 million unless told otherwise) than when it has
// 10,000. Both servers run at the same time and are measured in turn, so that the machine is the same for both. Exits
// with 1 if a must is missed. `make bench-growth`, and `make soak` with everything else that takes long.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { machine } from './lib/machine.mjs';
import { line } from './lib/musts.mjs';
import { median, show } from './lib/numbers.mjs';
import { options } from './lib/options.mjs';
import { mustTable, table } from './lib/report.mjs';
import { haltAll } from './lib/servers.mjs';
import { toolsFromEnvironment } from './lib/tools.mjs';
import { measure, writeRequests } from './lib/wrk.mjs';
import { growingServer } from './subjects/growing.mjs';

const SMALL = 10_000;
const LARGE = process.env.ROWS ? options.rows : 10_000_000;
const ROUNDS = process.env.ROUNDS ? options.rounds : 5;
const MUSTS = { get: 1.3, create: 1.5 };
const CONNECTIONS = 64;

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const work = mkdtempSync(join(process.env.BENCH_WORK || tmpdir(), 'astrolabe-growth-'));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));
process.on('exit', () => rmSync(work, { recursive: true, force: true, maxRetries: 3 }));

const tools = toolsFromEnvironment();
const facts = await machine(ROOT);
const sizes = [];
for (const rows of [SMALL, LARGE]) sizes.push(await load(rows));
const figures = await measureInTurn();
await haltAll();
const musts = Object.entries(MUSTS).map(([operation, limit]) =>
  line(`CPU per ${operation} at ${count(LARGE)}, as a multiple of that at ${count(SMALL)}`, limit, null, figures[operation].growth));
write(musts);
process.exit(musts.every(({ holds }) => holds) ? 0 : 1);

async function load(rows) {
  const folder = join(work, String(rows));
  mkdirSync(folder, { mode: 0o700 });
  const server = await growingServer({ folder, binary: tools.astrolabe });
  const since = performance.now();
  const requests = await server.load(rows, (done) => console.log(`${count(done)} of ${count(rows)} objects`));
  const seconds = (performance.now() - since) / 1000;
  const cpuUs = server.loadCpuUs() / rows;
  console.log(`${count(rows)} objects in ${show(seconds)} s, ${show(cpuUs)} µs of server CPU each`);
  const files = Object.fromEntries(Object.entries(requests).map(([name, list]) => [name, writeRequests(folder, name, list)]));
  return { rows, seconds, cpuUs, server, files };
}

/**
 * The two sizes one after the other, round by round; the median of the rounds' ratios counts. All gets come before the
 * first create, because creates make the small class larger.
 */
async function measureInTurn() {
  const runs = Object.fromEntries(Object.keys(MUSTS).map((operation) => [operation, sizes.map(() => [])]));
  const once = ({ server, files }, operation, seconds) =>
    measure({ origin: server.origin, file: files[operation], connections: CONNECTIONS, seconds, find: server.find });
  for (const operation of Object.keys(MUSTS)) {
    for (const size of sizes) await once(size, operation, 1);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [index, size] of sizes.entries()) runs[operation][index].push(await once(size, operation, options.seconds));
    }
  }
  return Object.fromEntries(Object.entries(runs).map(([operation, [small, large]]) => {
    const problems = [...small, ...large].map(({ problem }) => problem).filter(Boolean);
    const growth = problems.length > 0 ? null : median(large.map((run, round) => run.cpuUs / small[round].cpuUs));
    const cpuUs = [small, large].map((list) => median(list.map((run) => run.cpuUs)));
    return [operation, { growth, cpuUs, problems, runs: { small, large } }];
  }));
}

function write(musts) {
  const date = new Date().toISOString().slice(0, 10);
  const name = join('bench', 'results', options.quick ? 'quick' : date);
  const rows = Object.entries(figures).map(([operation, { cpuUs, problems }]) =>
    [operation, ...cpuUs.map((value) => show(value, ' µs')), problems[0] ?? '']);
  const text = [
    `# Growth, ${date}`,
    `Astrolabe at ${facts.commit} on ${facts.cpu}, ${facts.cores} cores; median of ${ROUNDS} rounds.`,
    mustTable(musts),
    table(['', count(SMALL), count(LARGE), ''], rows),
    sizes.map((size) => `${count(size.rows)} objects took ${show(size.seconds, ' s')} to load in batches of 1,000, ${show(size.cpuUs, ' µs')} of server CPU each.`).join('\n'),
  ].join('\n\n');
  mkdirSync(join(ROOT, name), { recursive: true });
  writeFileSync(join(ROOT, name, 'growth.md'), `${text}\n`);
  writeFileSync(join(ROOT, name, 'growth.json'), `${JSON.stringify({ date, machine: facts, musts, figures }, null, 1)}\n`);
  console.log(`\n${mustTable(musts)}\n\nResults: ${name}/growth.md`);
}

function count(value) {
  return value.toLocaleString('en-GB');
}
