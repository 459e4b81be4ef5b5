// The same operations at a fixed rate, beside the constant handler at that rate. At its limit wrk keeps the constant busy
// without a pause, so that each wake-up serves many requests; a server that does more per request never gets there, and
// pays for more wake-ups. Asked equally often, both pay for them alike.
import { meterCpu, untilIdle } from './processes.mjs';
import { runToEnd } from './servers.mjs';
import { OPERATIONS } from './operations.mjs';
import { writeRequests } from './wrk.mjs';

const CONNECTIONS = 64;
const MEASURED = ['create', 'get', 'list', 'session'];

/** One line per operation: the rate, which is half of what the closed loop reached, and the CPU time of both. */
export async function measureAtEqualRate({ server, constant, folder, binary, cells, seconds }) {
  const lines = [];
  for (const name of MEASURED) {
    const { label, yardstick } = OPERATIONS.find((one) => one.name === name);
    const cell = cells.find((one) => one.operation === name && one.caller === 'user' && one.connections === CONNECTIONS);
    if (!cell) continue;
    const rate = Math.max(1, Math.floor(cell.perSecond / 2));
    const file = writeRequests(folder, `${name} at a rate`, server.face.requests(name, 'user'));
    const run = (target, requests) => cpuAtRate({ target, requests, binary, rate, seconds });
    try {
      const { serverCpuUs: constantCpuUs } = await run(constant, constant.files[yardstick]);
      const { serverCpuUs, databaseCpuUs } = await run(server, file);
      lines.push({ operation: name, label, rate, serverCpuUs, databaseCpuUs, constantCpuUs, ownRatio: serverCpuUs / constantCpuUs });
    } catch (problem) {
      lines.push({ operation: name, label, rate, problem: problem.message });
    }
  }
  return lines;
}

async function cpuAtRate({ target, requests, binary, rate, seconds }) {
  const findDatabase = target.findDatabase ?? (() => []);
  await untilIdle(() => [...target.find(), ...findDatabase()]);
  const [server, database] = [meterCpu(target.find), meterCpu(findDatabase)];
  const args = [new URL(target.origin).host, requests, rate, seconds, CONNECTIONS].map(String);
  const said = JSON.parse(await runToEnd(binary, args, { ms_max: (seconds + 120) * 1000 }));
  const [serverUs, databaseUs] = [server.stop(), database.stop()];
  return { serverCpuUs: serverUs / said.reads.count, databaseCpuUs: databaseUs / said.reads.count };
}
