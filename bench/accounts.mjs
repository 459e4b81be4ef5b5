// Accounts over cookies: what get-session and a log-in cost, beside Better Auth on Node and the constant handler.
// `make bench-accounts`. SECONDS is the length of a measurement, ROUNDS how often each is made; the median counts. Exits
// with 1 if a must is missed.
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../scripts/processes.mjs';
import { eachOf, json } from './lib/http.mjs';
import { machine } from './lib/machine.mjs';
import { line } from './lib/musts.mjs';
import { median, show } from './lib/numbers.mjs';
import { family, meterCpu, untilIdle } from './lib/processes.mjs';
import { mustTable, table } from './lib/report.mjs';
import { HOST, halt, haltAll, launch, untilReady } from './lib/servers.mjs';
import { measure, writeRequests } from './lib/wrk.mjs';
import { startConstant } from './subjects/constant.mjs';

const SECONDS = Number(process.env.SECONDS ?? 5);
const ROUNDS = Number(process.env.ROUNDS ?? 5);
const USERS = 50;
const LOG_INS = Number(process.env.LOG_INS ?? 200);
const CONNECTIONS = 64;
const PASSWORD = 'quiet-orchid-47';
const mailOf = user => `user${user}@example.com`;
/** What a get-session may cost, in constant answers, and a log-in, in hashes. */
const SESSION = { must: 8, aim: 4 };
const LOG_IN = { must: 1.1, aim: 1.05 };

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PEER = fileURLToPath(new URL('./peers/better-auth/server.mjs', import.meta.url));
const work = mkdtempSync(join(process.env.BENCH_WORK || tmpdir(), 'astrolabe-accounts-'));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => void haltAll().finally(() => process.exit(130)));
process.on('exit', () => rmSync(work, { recursive: true, force: true, maxRetries: 3 }));

const results = {};
for (const [name, start] of Object.entries({ Astrolabe: astrolabe, 'Better Auth on Node': betterAuth })) {
  results[name] = await measureServer(name, start);
}
const { session, hashes } = results.Astrolabe;
const musts = [
  line('get-session, CPU as a multiple of the constant', SESSION.must, SESSION.aim, session.problem ? null : session.ratio),
  line('log-in, CPU as a multiple of the hash', LOG_IN.must, LOG_IN.aim, hashes),
];
await write();
await haltAll();
process.exit(musts.every(({ holds }) => holds) ? 0 : 1);

async function astrolabe(folder) {
  const port = await freePort(Number(process.env.PORT ?? 18_200));
  const child = launch(
    process.env.BENCH_ASTROLABE,
    ['start', '--data', join(folder, 'data'), '--listen', `${HOST}:${port}`, '--app-id', 'bench', '--rest-key', 'bench-rest-key'],
    { cwd: folder, env: { ASTROLABE_MASTER_KEY: 'bench-master-key' }, log: join(folder, 'server.log') },
  );
  await untilReady(child, port, '/readyz', performance.now());
  return { origin: `http://${HOST}:${port}`, child };
}

async function betterAuth(folder) {
  const port = await freePort(Number(process.env.PORT ?? 18_200));
  const config = { port, file: join(folder, 'accounts.sqlite'), secret: randomBytes(24).toString('hex') };
  const child = launch(process.execPath, [PEER], {
    cwd: folder,
    env: { NODE_ENV: 'production', BENCH_HOME: join(process.env.BENCH_TOOLS, 'better-auth'), BENCH_CONFIG: JSON.stringify(config) },
    log: join(folder, 'server.log'),
  });
  await untilReady(child, port, '/api/auth/ok', performance.now());
  return { origin: `http://${HOST}:${port}`, child };
}

async function measureServer(name, start) {
  const folder = join(work, name.replaceAll(' ', '-'));
  mkdirSync(folder, { mode: 0o700 });
  const { origin, child } = await start(folder);
  const find = () => family(child.pid);
  const cookies = await eachOf(USERS, 4, user => signUp(origin, user));
  const asks = cookies.map(cookie => json('GET', '/api/auth/get-session', undefined, { cookie }));
  const first = await (await fetch(origin + asks[0].path, { headers: asks[0].headers })).text();
  if (!first.includes(mailOf(0))) throw new Error(`${name}: get-session answers ${first.slice(0, 300)}`);
  const file = writeRequests(folder, 'get-session', asks);
  const constant = await startConstant({ folder, binary: process.env.BENCH_CONSTANT, bytes: first.length, get: asks[0], post: asks[0] });
  const sessions = [];
  const constants = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    constants.push(await measure({ origin: constant.origin, file: constant.files.GET, connections: CONNECTIONS, seconds: SECONDS, find: constant.find }));
    sessions.push(await measure({ origin, file, connections: CONNECTIONS, seconds: SECONDS, find }));
  }
  await constant.stop();
  const { right, wrong } = await measureLogIns(origin, find);
  await halt(child);
  const of = figure => median(sessions.map(one => one[figure]));
  return {
    session: {
      perSecond: of('perSecond'),
      p99Ms: of('p99Ms'),
      cpuUs: of('cpuUs'),
      ratio: median(sessions.map((one, round) => one.cpuUs / constants[round].cpuUs)),
      problem: [...sessions, ...constants].map(({ problem }) => problem).find(Boolean),
    },
    logInMs: right,
    hashMs: wrong,
    hashes: right / wrong,
  };
}

async function signUp(origin, user) {
  const answer = await ask(origin, '/api/auth/sign-up/email', { name: `User ${user}`, email: mailOf(user), password: PASSWORD }, 200);
  return answer.headers.getSetCookie().map(cookie => cookie.split(';')[0]).join('; ');
}

/**
 * CPU of a log-in, in ms, and of one by an address that nobody has: that costs the hash, as the answer must not tell, and
 * the reading of the request, but opens no session.
 */
async function measureLogIns(origin, find) {
  const logIn = async (mail, status) => {
    await untilIdle(find);
    const cpu = meterCpu(find);
    await eachOf(LOG_INS, 4, i => ask(origin, '/api/auth/sign-in/email', { email: mail(i), password: PASSWORD }, status));
    return cpu.stop() / LOG_INS / 1000;
  };
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.push({
      wrong: await logIn(i => `nobody${round}-${i}@example.com`, 401),
      right: await logIn(i => mailOf(i % USERS), 200),
    });
  }
  return { right: median(rounds.map(({ right }) => right)), wrong: median(rounds.map(({ wrong }) => wrong)) };
}

async function ask(origin, path, body, status) {
  const answer = await fetch(origin + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (answer.status !== status) throw new Error(`${path} answered ${answer.status}: ${text.slice(0, 300)}`);
  return answer;
}

async function write() {
  const date = new Date().toISOString().slice(0, 10);
  const facts = await machine(ROOT);
  const name = join('bench', 'results', process.env.QUICK === '1' ? 'quick' : date);
  const head = ['', 'get-session per second', 'p99', 'CPU', 'in constant answers', 'log-in, CPU', 'hash, CPU', 'log-in in hashes'];
  const rows = Object.entries(results).map(([title, { session, logInMs, hashMs, hashes }]) => [
    title, session.problem ?? show(session.perSecond, ''), show(session.p99Ms, ' ms'), show(session.cpuUs, ' µs'), show(session.ratio, '×'),
    show(logInMs, ' ms'), show(hashMs, ' ms'), show(hashes, '×'),
  ]);
  const text = [
    `# Accounts over cookies, ${date}`,
    `${USERS} users who are signed in, ${CONNECTIONS} connections. Astrolabe at ${facts.commit} on ${facts.cpu}, ${facts.cores} cores. Better Auth 1.7.6 hashes with scrypt, Astrolabe with Argon2id. The hash is a log-in by an address that nobody has.`,
    mustTable(musts),
    table(head, rows),
  ].join('\n\n');
  mkdirSync(join(ROOT, name), { recursive: true });
  writeFileSync(join(ROOT, name, 'accounts.md'), `${text}\n`);
  console.log(`${text}\n\nResults: ${name}/accounts.md`);
}
