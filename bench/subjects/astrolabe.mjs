// Astrolabe: the release build, as `astrolabe start` runs it, with its access log written to a file.
import { join } from 'node:path';
import { freePort } from '../../scripts/processes.mjs';
import { benchDatabase } from '../lib/bench-database.mjs';
import { options } from '../lib/options.mjs';
import { family } from '../lib/processes.mjs';
import { HOST, halt, launch, untilReady } from '../lib/servers.mjs';
import { keys, makeClasses, makeUsers, parseFace, saveEvents, saveNotes, saveSpots } from './parse-face.mjs';

/** What it can do beyond Parse Server as it is measured here. */
const extras = { places: true, sums: true };

/** The server on the data folder `folder/data`; `synchronous` is `full` or `normal`. */
export function astrolabe({ folder, binary, synchronous }) {
  const title = synchronous === 'full' ? 'Astrolabe' : 'Astrolabe, synchronous=NORMAL';
  const durability = `SQLite WAL, synchronous=${synchronous.toUpperCase()}`;
  return make({ folder, binary, env: { ASTROLABE_SQLITE_SYNCHRONOUS: synchronous }, own: { title, durability } });
}

/** The server with its app in PostgreSQL, in a database that is made for the run and dropped after it. */
export async function astrolabeOnPostgres({ folder, binary, postgresUrl }) {
  const database = benchDatabase(postgresUrl);
  const remarks = ['CPU time of the server and of the PostgreSQL backends that serve it, told apart; memory is that of the server'];
  const own = { title: 'Astrolabe on PostgreSQL', remarks, findDatabase: database.backends, cleanUp: database.drop };
  const server = await make({ folder, binary, env: { ASTROLABE_DATABASE_URL: database.url }, own });
  const { prepare } = server;
  server.prepare = async (rows) => {
    await database.make();
    server.version = await database.version();
    server.durability = await database.durability();
    await prepare(rows);
    await database.settle();
  };
  return server;
}

async function make({ folder, binary, env, own }) {
  const port = await freePort(options.port);
  const origin = `http://${HOST}:${port}`;
  let child;
  const server = {
    origin,
    extras,
    remarks: [],
    ...own,
    find: () => family(child.pid),
    async start() {
      const since = performance.now();
      child = launch(binary, arguments_(folder, port), {
        cwd: folder,
        env: { ASTROLABE_MASTER_KEY: keys.masterKey, ...env },
        log: join(folder, 'server.log'),
      });
      return untilReady(child, port, '/readyz', since);
    },
    stop: () => halt(child),
    async prepare(rows) {
      await server.start();
      await makeClasses(origin, extras);
      const users = await makeUsers(origin);
      const noteIds = await saveNotes(origin, users);
      await saveSpots(origin, users, extras);
      const since = performance.now();
      await saveEvents(origin, users, rows);
      server.loadSeconds = (performance.now() - since) / 1000;
      server.loadedBy = 'batches of 1,000 over the public API';
      server.face = parseFace({ users, noteIds, extras });
    },
  };
  return server;
}

function arguments_(folder, port) {
  return [
    'start',
    ...['--data', join(folder, 'data')],
    ...['--listen', `${HOST}:${port}`],
    ...['--app-id', keys.appId],
    ...['--rest-key', keys.restKey],
  ];
}
