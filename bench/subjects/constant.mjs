// The yardstick: axum answering a constant (bench/constant).
import { join } from 'node:path';
import { freePort } from '../../scripts/processes.mjs';
import { options } from '../lib/options.mjs';
import { family } from '../lib/processes.mjs';
import { HOST, halt, launch, untilReady } from '../lib/servers.mjs';
import { writeRequests } from '../lib/wrk.mjs';

/**
 * Starts it with answers of `bytes` bytes; `files` has the requests of GET and POST. They carry the headers and bodies of
 * `get` and `post`, requests to the server that is measured: to read those is not what that server adds.
 */
export async function startConstant({ folder, binary, bytes, get, post }) {
  const port = await freePort(options.port);
  const child = launch(binary, [`${HOST}:${port}`, String(bytes)], { cwd: folder, log: join(folder, 'constant.log') });
  await untilReady(child, port, '/');
  const files = {
    GET: writeRequests(folder, 'constant-get', [{ ...get, path: '/' }]),
    POST: writeRequests(folder, 'constant-post', [{ ...post, path: '/' }]),
  };
  return { origin: `http://${HOST}:${port}`, files, find: () => family(child.pid), stop: () => halt(child) };
}
