// Everything that is measured of one server: data, checks, start-up, memory, closed loop, open loop.
import { setTimeout as delay } from 'node:timers/promises';
import { startConstant } from '../subjects/constant.mjs';
import { send } from './http.mjs';
import { median } from './numbers.mjs';
import { measureOpenLoop } from './open-loop.mjs';
import { options } from './options.mjs';
import { pssMiB } from './processes.mjs';
import { measureRounds } from './rounds.mjs';
import { verify } from './verify.mjs';

/** How long a server is left alone before its idle memory is read. */
const IDLE_MS = 2_000;

/** Measures one server and stops it; what it has left behind in other places is cleaned up. */
export async function measureSubject({ server, folder, tools, say }) {
  try {
    say(`loading ${options.rows.toLocaleString('en-GB')} objects`);
    await server.prepare(options.rows);
    say(`loaded in ${Math.round(server.loadSeconds)} s; checking the answers`);
    await verify(server, options.rows);
    await server.stop();

    const starts = await timeStarts(server);
    await server.start();
    await delay(IDLE_MS);
    const idlePssMiB = pssMiB(server.find());
    say('measuring');
    const rounds = await withConstant(server, folder, tools, (constant) =>
      measureRounds({ server, constant, folder, rounds: options.rounds, seconds: options.seconds, say }));
    const endPssMiB = pssMiB(server.find());
    const databasePssMiB = server.findDatabase ? pssMiB(server.findDatabase()) : null;
    say('open loop');
    const openLoop = await measureOpenLoop({ server, folder, binary: tools.load, seconds: options.loadSeconds })
      .catch((problem) => ({ problem: problem.message }));
    return {
      title: server.title, version: server.version, durability: server.durability, remarks: server.remarks,
      loadedBy: server.loadedBy, loadSeconds: server.loadSeconds,
      startMs: median(starts), starts: starts.length, startsMs: starts,
      idlePssMiB, endPssMiB, databasePssMiB, ...rounds, openLoop,
    };
  } finally {
    await server.stop();
    await server.cleanUp?.();
  }
}

async function timeStarts(server) {
  const times = [];
  for (let i = 0; i < options.starts; i += 1) {
    times.push(await server.start());
    await server.stop();
  }
  return times;
}

/** The constant handler answers as many bytes as a get of this server does. */
async function withConstant(server, folder, tools, work) {
  const { bytes } = await send(server.origin, server.face.requests('get', 'user')[0]);
  const constant = await startConstant({ folder, binary: tools.constant, bytes });
  try {
    return await work(constant);
  } finally {
    await constant.stop();
  }
}
