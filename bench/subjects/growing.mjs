// Astrolabe with one class of any size. Ids are taken from all over the class, so that gets do not stay in a warm corner.
import { event, ownerOf } from '../lib/dataset.mjs';
import { json } from '../lib/http.mjs';
import { meterCpu } from '../lib/processes.mjs';
import { astrolabe } from './astrolabe.mjs';
import { asUser, makeClasses, makeUsers, ownedBy, saveInBatches } from './parse-face.mjs';

const BATCH = 1_000;
const IDS_MAX = 20_000;
const CREATES = 2_000;
const REPORT_EVERY = 500_000;

/** The server; `load` fills it and gives the requests to measure. */
export async function growingServer({ folder, binary }) {
  let loadCpuUs = 0;
  const server = await astrolabe({ folder, binary, synchronous: 'full' });
  return {
    origin: server.origin,
    find: server.find,
    loadCpuUs: () => loadCpuUs,
    async load(rows, say) {
      await server.start();
      await makeClasses(server.origin, server.extras);
      const users = await makeUsers(server.origin);
      const perBatch = Math.max(1, Math.ceil((IDS_MAX * BATCH) / rows));
      const gets = [];
      let done = 0;
      const meter = meterCpu(server.find);
      await saveInBatches(server.origin, 'Event', rows, BATCH, bodyOf, (ids, first) => {
        for (let k = 0; k < ids.length; k += Math.ceil(ids.length / perBatch)) {
          gets.push(json('GET', `/parse/classes/Event/${ids[k]}`, undefined, asUser(users[ownerOf(first + k)])));
        }
        done += ids.length;
        if (done % REPORT_EVERY === 0) say(done);
      });
      loadCpuUs = meter.stop();
      const create = Array.from({ length: CREATES }, (_, i) => json('POST', '/parse/classes/Event', bodyOf(i), asUser(users[ownerOf(i)])));
      return { get: shuffled(gets), create };

      function bodyOf(i) {
        return { ...event(i), ...ownedBy(users[ownerOf(i)].id) };
      }
    },
  };
}

/** Not in the order of creation, and the same order every time. */
function shuffled(list) {
  return list.map((_, i) => list[(i * 7919) % list.length]);
}
