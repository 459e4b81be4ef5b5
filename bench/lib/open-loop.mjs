// The open-loop part: a mix of reads at half of what the server can do at most, once alone and once with a storm of a
// hundred log-ins at the same moment.
import { runToEnd } from './servers.mjs';
import { measure, writeRequests } from './wrk.mjs';

export const STORM = 100;
const CONNECTIONS = 64;
const SATURATION_SECONDS = 3;

/** Finds the saturation with wrk, then runs the mix at half of it without and, where there are log-ins, with the storm. */
export async function measureOpenLoop({ server, folder, binary, seconds }) {
  const reads = writeRequests(folder, 'mixed', mixedReads(server.face));
  const full = await measure({ origin: server.origin, file: reads, connections: CONNECTIONS, seconds: SATURATION_SECONDS, find: server.find });
  if (full.problem) throw new Error(`the mix of reads: ${full.problem}`);
  const rate = Math.max(1, Math.floor(full.perSecond / 2));
  const run = async (...storm) => {
    const args = [new URL(server.origin).host, reads, rate, seconds, CONNECTIONS, ...storm].map(String);
    return JSON.parse(await runToEnd(binary, args, { ms_max: (seconds + 120) * 1000 }));
  };
  const calm = await run();
  const requests = server.face.requests('login', 'user');
  if (requests === null) return { saturation: full.perSecond, rate, calm, stormy: null, factor: null };
  const stormy = await run(writeRequests(folder, 'storm', requests), STORM);
  return { saturation: full.perSecond, rate, calm, stormy, factor: stormy.storm.reads_during.p99_ms / calm.reads.p99_ms };
}

/** Eight gets, a list of 100 and an indexed query, again and again. */
function mixedReads(face) {
  const [gets, lists, queries] = ['get', 'list', 'query'].map((operation) => face.requests(operation, 'user'));
  return Array.from({ length: 1_000 }, (_, i) => {
    if (i % 10 === 4) return lists[i % lists.length];
    if (i % 10 === 9) return queries[i % queries.length];
    return gets[i % gets.length];
  });
}
