// Everything that is measured of one server: data, checks, start-up, memory, closed loop, open loop.
import { setTimeout as delay } from 'node:timers/promises';
import { startConstant } from '../subjects/constant.mjs';
import { measureAtEqualRate } from './equal-rate.mjs';
import { send } from './http.mjs';
import { median } from './numbers.mjs';
import { measureOpenLoop } from './open-loop.mjs';
import { options } from './options.mjs';
import { pssMiB } from './processes.mjs';
import { measureRounds } from './rounds.mjs';
import { verify } from './verify.mjs';

/** How long a server is left alone before its idle memory is read. */
const IDLE_MS = 2_000;
/** Length of a measurement at a fixed rate, in times of the others: CPU time is counted in hundredths of a second. */
const EQUAL_RATE_LENGTH = 2;

/** Measures one server and stops it; what it has left behind in other places is cleaned up. */
export async function measureSubject({ server, folder, tools, say, rows, rounds, starts }) {
  try {
    say(`loading ${rows.toLocaleString('en-GB')} objects`);
    await server.prepare(rows);
    say(`loaded in ${Math.round(server.loadSeconds)} s; checking the answers`);
    await verify(server, rows);
    await server.stop();

    const startsMs = await timeStarts(server, starts);
    await server.start();
    await delay(IDLE_MS);
    const idlePssMiB = pssMiB(server.find());
    say('measuring');
    const figures = await withConstant(server, folder, tools, async (constant) => {
      const closed = await measureRounds({ server, constant, folder, rounds, seconds: options.seconds, say });
      say('at equal rates');
      const seconds = options.seconds * EQUAL_RATE_LENGTH;
      const equalRate = await measureAtEqualRate({ server, constant, folder, binary: tools.load, cells: closed.cells, seconds });
      return { ...closed, equalRate };
    });
    const endPssMiB = pssMiB(server.find());
    const databasePssMiB = server.findDatabase ? pssMiB(server.findDatabase()) : null;
    say('open loop');
    const openLoop = await measureOpenLoop({ server, folder, binary: tools.load, seconds: options.loadSeconds })
      .catch((problem) => ({ problem: problem.message }));
    return {
      title: server.title, version: server.version, durability: server.durability, remarks: server.remarks,
      rows, rounds, loadedBy: server.loadedBy, loadSeconds: server.loadSeconds,
      startMs: median(startsMs), starts, startsMs,
      idlePssMiB, endPssMiB, databasePssMiB, ...figures, openLoop,
    };
  } finally {
    await server.stop();
    await server.cleanUp?.();
  }
}

async function timeStarts(server, count) {
  const times = [];
  for (let i = 0; i < count; i += 1) {
    times.push(await server.start());
    await server.stop();
  }
  return times;
}

/** The constant handler is asked as this server is, and answers as many bytes as a get of it does. */
async function withConstant(server, folder, tools, work) {
  const [get, post] = ['get', 'create'].map((operation) => server.face.requests(operation, 'user')[0]);
  const { bytes } = await send(server.origin, get);
  const constant = await startConstant({ folder, binary: tools.constant, bytes, get, post });
  try {
    return await work(constant);
  } finally {
    await constant.stop();
  }
}
