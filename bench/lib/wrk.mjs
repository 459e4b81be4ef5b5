// One measurement: wrk sends prepared requests for some seconds while the CPU time of the server is counted.
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { meterCpu, untilIdle } from './processes.mjs';
import { runToEnd } from './servers.mjs';

const SCRIPT = fileURLToPath(new URL('../wrk/replay.lua', import.meta.url));
const ANSWERS_PER_CONNECTION_MIN = 2;
const THREADS = Math.min(2, availableParallelism());

/** Writes requests in the form that wrk's script and bench-load read. */
export function writeRequests(folder, name, requests) {
  const lines = requests.map(({ method, path, body, headers }) =>
    [method, path, body ?? '', ...Object.entries(headers).map(([key, value]) => `${key}: ${value}`)].join('\t'),
  );
  const file = join(folder, `${name.replaceAll(/[^a-z0-9-]/gi, '-')}.requests`);
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
  return file;
}

/**
 * Measures `file` against `origin`. `find` lists the processes whose CPU time counts. Any answer that is not well, any
 * broken connection and any time-out makes the result invalid; it says so in `problem`.
 */
export async function measure({ origin, file, connections, seconds, find, findDatabase = () => [] }) {
  await untilIdle(() => [...find(), ...findDatabase()]);
  const server = meterCpu(find);
  const database = meterCpu(findDatabase);
  const args = ['-t', THREADS, '-c', connections, '-d', `${seconds}s`, '--timeout', '30s', '-s', SCRIPT, origin, '--', file];
  const output = await runToEnd('wrk', args.map(String), { ms_max: (seconds + 90) * 1000 });
  const serverUs = server.stop();
  const databaseUs = database.stop();
  const line = output.split('\n').find((text) => text.startsWith('{'));
  if (!line) throw new Error(`wrk printed no figures: ${output}`);
  const said = JSON.parse(line);
  return {
    requests: said.requests,
    perSecond: said.requests / (said.duration_us / 1e6),
    p50Ms: said.p50_us / 1000,
    p99Ms: said.p99_us / 1000,
    cpuUs: (serverUs + databaseUs) / said.requests,
    serverCpuUs: serverUs / said.requests,
    kernelCpuUs: server.kernelUs() / said.requests,
    databaseCpuUs: databaseUs / said.requests,
    problem: problemOf(said, connections),
  };
}

/** What makes a measurement invalid, or null. */
export function problemOf(said, connections) {
  const bad = ['status', 'connect', 'read', 'write', 'timeout'].filter((kind) => said[kind] > 0);
  if (bad.length > 0) return bad.map((kind) => `${said[kind]} ${kind} errors`).join(', ');
  // Work on requests that are not answered in time is counted, they are not: with few answers that falsifies the figure.
  return said.requests < connections * ANSWERS_PER_CONNECTION_MIN ? `only ${said.requests} requests were answered` : null;
}
