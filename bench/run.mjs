// `make bench`: measures Astrolabe, PocketBase, Parse Server and PostgREST in turn on this machine. See README.md; options are in
// lib/options.mjs. BENCH_ASTROLABE, BENCH_CONSTANT and BENCH_LOAD name the binaries, BENCH_TOOLS the folder that
// install.sh has filled.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { USERS } from './lib/dataset.mjs';
import { machine } from './lib/machine.mjs';
import { judge } from './lib/musts.mjs';
import { options } from './lib/options.mjs';
import { mustTable, page } from './lib/report.mjs';
import { haltAll } from './lib/servers.mjs';
import { measureSubject } from './lib/subject-run.mjs';
import { toolsFromEnvironment } from './lib/tools.mjs';
import { astrolabe, astrolabeOnPostgres } from './subjects/astrolabe.mjs';
import { parseServer } from './subjects/parse-server.mjs';
import { pocketbase } from './subjects/pocketbase.mjs';
import { postgrest } from './subjects/postgrest.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'astrolabe-bench-'));

let current;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => void interrupted());
// Also after an uncaught error. What still runs ends with this process.
process.on('exit', () => rmSync(work, { recursive: true, force: true, maxRetries: 3 }));

const tools = toolsFromEnvironment();
const ours = { rows: options.rows, rounds: options.rounds, starts: options.starts };
const other = { rounds: options.otherRounds, starts: options.otherStarts };
const subjects = {
  'astrolabe': { ...ours, make: (folder) => astrolabe({ folder, binary: tools.astrolabe, synchronous: 'full' }) },
  'astrolabe-normal': {
    ...other, rows: options.normalRows, make: (folder) => astrolabe({ folder, binary: tools.astrolabe, synchronous: 'normal' }),
  },
  'astrolabe-postgres': { ...ours, make: (folder) => astrolabeOnPostgres({ folder, binary: tools.astrolabe, postgresUrl: tools.postgresUrl }) },
  'pocketbase': { ...other, rows: options.peerRows, make: (folder) => pocketbase({ folder, venv: tools.venv }) },
  'parse-server': {
    ...other, rows: options.peerRows,
    make: (folder) => parseServer({ folder, home: tools.parseServer, postgresUrl: tools.postgresUrl }),
  },
  'postgrest': {
    ...other, rows: options.peerRows,
    make: (folder) => postgrest({ folder, binary: tools.postgrest, postgresUrl: tools.postgresUrl }),
  },
};

const facts = await machine(ROOT);
const date = new Date().toISOString().slice(0, 10);
const results = [];
for (const name of options.subjects) results.push({ name, ...(await measureOne(name)) });

const musts = results.filter(({ problem }) => !problem).flatMap((result) => judge(result.name, result));
const run = { date, settings: settings(), machine: facts, musts: musts.length > 0 ? musts : null, results };
const folder = write(run);
if (run.musts) console.log(`\n${mustTable(run.musts)}`);
console.log(`\nResults: ${folder}`);
process.exit(results.some(({ problem }) => problem) ? 1 : 0);

/** A server that cannot be measured says so in the results; the others are measured all the same. */
async function measureOne(name) {
  const home = join(work, name);
  mkdirSync(home, { mode: 0o700 });
  const say = (text) => console.log(`${name}: ${text}`);
  try {
    const { make, ...size } = subjects[name];
    current = await make(home);
    return await measureSubject({ server: current, folder: home, tools, say, ...size });
  } catch (problem) {
    const text = problem.message.replaceAll(work, 'the work folder');
    say(`failed: ${text}`);
    return { title: name, problem: text };
  } finally {
    await haltAll();
    rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function interrupted() {
  try {
    await haltAll();
    await current?.cleanUp?.();
  } finally {
    process.exit(130);
  }
}

function settings() {
  return `${USERS} users; each cell is measured for ${options.seconds} s per round.`;
}

/** Quick runs are not kept: their figures are for finding mistakes in the scripts. */
function write(result) {
  const name = join('bench', 'results', options.quick ? 'quick' : date);
  mkdirSync(join(ROOT, name), { recursive: true });
  writeFileSync(join(ROOT, name, 'README.md'), page(result));
  writeFileSync(join(ROOT, name, 'results.json'), `${JSON.stringify(result, null, 1)}\n`);
  return name;
}
