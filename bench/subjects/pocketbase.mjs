// PocketBase with its defaults. What an access control list says in Parse is said by API rules here, with the indexes
// that somebody who knows PocketBase would make: (owner, score) for the page of a user's own events.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../scripts/processes.mjs';
import { NOTES, USERS, mailOf, note, password, scoreTerms } from '../lib/dataset.mjs';
import { eachOf, json, must } from '../lib/http.mjs';
import { options } from '../lib/options.mjs';
import { family } from '../lib/processes.mjs';
import { HOST, halt, launch, runToEnd, untilReady } from '../lib/servers.mjs';
import { collections } from './pocketbase-collections.mjs';
import { pocketbaseFace } from './pocketbase-face.mjs';

const FILL = fileURLToPath(new URL('../peers/pocketbase_fill.py', import.meta.url));
const ADMIN = { identity: 'admin@example.com', password: 'bench-admin-password' };

/** The server on the data folder `folder/data`; `venv` is the Python environment that has the binary. */
export async function pocketbase({ folder, venv }) {
  const port = await freePort(options.port);
  const origin = `http://${HOST}:${port}`;
  const binary = join(venv, 'bin', 'pocketbase');
  const data = join(folder, 'data');
  let child;
  const server = {
    origin,
    title: 'PocketBase',
    durability: 'SQLite WAL, synchronous=NORMAL (its only one)',
    remarks: ['session check is its nearest, auth-refresh, which also signs a new token'],
    find: () => family(child.pid),
    async start() {
      const since = performance.now();
      const args = ['serve', '--dir', data, '--http', `${HOST}:${port}`];
      child = launch(binary, args, { cwd: folder, log: join(folder, 'server.log') });
      return untilReady(child, port, '/api/health', since);
    },
    stop: () => halt(child),
    async prepare(rows) {
      server.version = (await runToEnd(binary, ['--version'])).trim();
      await runToEnd(binary, ['superuser', 'upsert', ADMIN.identity, ADMIN.password, '--dir', data]);
      await server.start();
      const admin = await adminHeaders();
      for (const body of collections) await must(origin, json('POST', '/api/collections', body, admin));
      const users = await makeUsers(admin);
      await server.stop();
      const since = performance.now();
      await fill(users, rows);
      server.loadSeconds = (performance.now() - since) / 1000;
      server.loadedBy = 'SQLite directly, while it is stopped';
      await server.start();
      server.face = pocketbaseFace({ users, admin: await adminHeaders() });
    },
  };

  async function adminHeaders() {
    const { token } = await must(origin, json('POST', '/api/collections/_superusers/auth-with-password', ADMIN, {}));
    return { Authorization: token };
  }

  function makeUsers(admin) {
    return eachOf(USERS, 4, async (i) => {
      const secret = password(i);
      const account = { email: mailOf(i), password: secret, passwordConfirm: secret, verified: true };
      const { id } = await must(origin, json('POST', '/api/collections/users/records', account, admin));
      const body = { identity: mailOf(i), password: secret };
      const { token } = await must(origin, json('POST', '/api/collections/users/auth-with-password', body, {}));
      return { id, token };
    });
  }

  function fill(users, rows) {
    const notes = Array.from({ length: NOTES }, (_, i) => note(i));
    const plan = { file: join(data, 'data.db'), users: users.map(({ id }) => id), notes, rows, score: scoreTerms };
    return runToEnd(join(venv, 'bin', 'python'), [FILL], { input: JSON.stringify(plan), ms_max: 3_600_000 });
  }

  return server;
}
