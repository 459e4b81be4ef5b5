// Goes through worlds one after the other on one server and counts mistakes.
//
//   node conformance/permissions/run.mjs [WORLDS [FIRST_SEED]]
import { build, remove, signUp } from './build.mjs';
import { checkRead, checkState, checkWrite, MISTAKES } from './check.mjs';
import { checkInference } from './inference.mjs';
import { random } from './random.mjs';
import { makeRead, makeWrite } from './requests.mjs';
import { connect } from './wire.mjs';
import { makeWorld } from './world.mjs';
import { isReference, startServer } from '../server.mjs';

const USERS = ['wren', 'wolf', 'wasp', 'wisent'].map(name => `${name}${Date.now().toString(36)}`);
const READS = 30;
const WRITES = 8;
const DOUBTS = 12;
/** Mistakes that are told in full. */
const TOLD = Number(process.env.WORLDS_TOLD ?? 5);

/** Runs worlds; returns how much was asked, how often it went wrong, and the first mistakes in full. */
export async function runWorlds(url, { worlds, firstSeed }) {
  const server = connect(url);
  const users = await signUp(server, USERS);
  const totals = { worlds: 0, requests: 0, shown: 0, mistakes: Object.fromEntries(MISTAKES.map(kind => [kind, 0])), told: [] };
  for (let seed = firstSeed; seed < firstSeed + worlds; seed += 1) {
    await runWorld(server, users, seed, totals);
    totals.worlds += 1;
  }
  return totals;
}

async function runWorld(server, users, seed, totals) {
  const rng = random(seed);
  const world = makeWorld(rng, String(seed), users);
  const report = (kind, what) => {
    totals.mistakes[kind] += 1;
    if (totals.told.length < TOLD) totals.told.push({ seed, kind, ...what, world: tell(world, what) });
  };
  // The reference counts for the master key by an estimate.
  const callers = [{}, ...(isReference ? [] : [{ master: true }]), ...users.map(user => ({ user: user.id, token: user.token }))];
  const caller = () => rng.pick(callers);
  await build(server, world);
  await checkReads(server, world, rng, caller, report);
  for (let serial = 0; serial < WRITES; serial += 1) {
    await checkWrite(server, world, caller(), makeWrite(rng, world, serial), report);
  }
  await checkState(server, world, report);
  await checkReads(server, world, rng, caller, report);
  const doubter = rng.pick(callers.filter(({ master }) => !master));
  const doubts = Array.from({ length: DOUBTS }, () => makeRead(rng, world));
  await checkInference(server, world, doubter, doubts, rng, report);
  await checkState(server, world, report);
  await remove(server, world);
  totals.requests += READS + WRITES + 2 * DOUBTS + 6;
}

async function checkReads(server, world, rng, caller, report) {
  const reads = Array.from({ length: READS / 2 }, () => [caller(), makeRead(rng, world)]);
  await Promise.all(reads.map(([who, request]) => checkRead(server, world, who, request, report)));
}

/** What one needs to judge a mistake by hand. */
function tell(world, { request, detail }) {
  const aClass = world.classes[request.className];
  const ids = [detail].flat().filter(id => aClass.rows.has(id));
  return {
    roles: world.roles,
    permissions: Object.fromEntries(Object.values(world.classes).map(({ name, permissions }) => [name, permissions])),
    rows: ids.map(id => aClass.rows.get(id)),
  };
}

/** How a run went, for people. */
export function summary({ worlds, requests, mistakes, told }) {
  const counts = Object.entries(mistakes).map(([kind, count]) => `${kind} ${count}`).join(', ');
  return [`${worlds} worlds, ${requests} requests: ${counts}`, ...told.map(mistake => JSON.stringify(mistake, null, 1))].join('\n');
}

if (process.argv[1] === import.meta.filename) {
  const [worlds = 100, firstSeed = 1] = process.argv.slice(2).map(Number);
  const server = await startServer({ ASTROLABE_OBJECTS_CUSTOM_IDS: 'true' });
  try {
    const totals = await runWorlds(server.url, { worlds, firstSeed });
    console.log(summary(totals));
    process.exitCode = Object.values(totals.mistakes).some(count => count > 0) ? 1 : 0;
  } finally {
    await server.stop();
  }
}
