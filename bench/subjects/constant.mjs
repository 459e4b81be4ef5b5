// The yardstick: axum answering a constant (bench/constant).
import { join } from 'node:path';
import { freePort } from '../../scripts/processes.mjs';
import { note } from '../lib/dataset.mjs';
import { json } from '../lib/http.mjs';
import { options } from '../lib/options.mjs';
import { family } from '../lib/processes.mjs';
import { HOST, halt, launch, untilReady } from '../lib/servers.mjs';
import { writeRequests } from '../lib/wrk.mjs';

/** Starts it with answers of `bytes` bytes; `files` has the requests of GET and POST. */
export async function startConstant({ folder, binary, bytes }) {
  const port = await freePort(options.port);
  const child = launch(binary, [`${HOST}:${port}`, String(bytes)], { cwd: folder, log: join(folder, 'constant.log') });
  await untilReady(child, port, '/');
  const files = {
    GET: writeRequests(folder, 'constant-get', [json('GET', '/', undefined, {})]),
    POST: writeRequests(folder, 'constant-post', [json('POST', '/', note(0), {})]),
  };
  return { origin: `http://${HOST}:${port}`, files, find: () => family(child.pid), stop: () => halt(child) };
}
