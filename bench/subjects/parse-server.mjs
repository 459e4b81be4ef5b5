// Parse Server on PostgreSQL, in a database that is made for the run and dropped after it. One process, as it is started
// by default, and without its log, which would only cost it.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../scripts/processes.mjs';
import { benchDatabase } from '../lib/bench-database.mjs';
import { USERS, scoreSql } from '../lib/dataset.mjs';
import { options } from '../lib/options.mjs';
import { family } from '../lib/processes.mjs';
import { HOST, halt, launch, untilReady } from '../lib/servers.mjs';
import { keys, makeClasses, makeUsers, parseFace, saveNotes, saveSpots } from './parse-face.mjs';

const ENTRY = fileURLToPath(new URL('../peers/parse-server/server.mjs', import.meta.url));
/** Its places need PostGIS, and its aggregations the master key. */
const extras = { places: false, sums: false };

/** The server; `home` has its node_modules, `postgresUrl` names any database of the PostgreSQL to use. */
export async function parseServer({ folder, home, postgresUrl }) {
  const port = await freePort(options.port);
  const origin = `http://${HOST}:${port}`;
  const database = benchDatabase(postgresUrl);
  let child;
  const server = {
    origin,
    title: 'Parse Server',
    durability: 'PostgreSQL, its own setting',
    remarks: ['one Node process; CPU time and memory are those of the process and of the PostgreSQL backends that serve it'],
    find: () => family(child.pid),
    findDatabase: database.backends,
    async start() {
      const since = performance.now();
      child = launch(process.execPath, [ENTRY], {
        cwd: folder,
        env: { NODE_ENV: 'production', BENCH_HOME: home, BENCH_CONFIG: JSON.stringify({ ...keys, port, databaseUrl: database.url }) },
        log: join(folder, 'server.log'),
      });
      return untilReady(child, port, '/parse/health', since);
    },
    stop: () => halt(child),
    cleanUp: database.drop,
    async prepare(rows) {
      await database.make();
      server.durability = await database.durability();
      server.version = await database.version();
      await server.start();
      await makeClasses(origin, extras);
      const users = await makeUsers(origin);
      const noteIds = await saveNotes(origin, users);
      await saveSpots(origin, users, extras);
      const since = performance.now();
      await database.sql(insertEvents(users, rows));
      server.loadSeconds = (performance.now() - since) / 1000;
      server.loadedBy = 'one INSERT … SELECT in PostgreSQL';
      await database.settle();
      server.face = parseFace({ users, noteIds, extras });
    },
  };
  return server;
}

/** The rows exactly as the API stores them. */
function insertEvents(users, rows) {
  const ids = users.map(({ id }) => `'${id}'`).join(',');
  return `
    INSERT INTO "Event" ("objectId", "createdAt", "updatedAt", "title", "score", "owner", "_rperm", "_wperm")
    SELECT substr(md5(i::text), 1, 10) || i, now(), now(), 'Event ' || i, ${scoreSql('i')}, id, ARRAY[id], ARRAY[id]
    FROM (SELECT i, (ARRAY[${ids}])[1 + i % ${USERS}] AS id FROM generate_series(0, ${rows - 1}) AS i) AS numbered;`;
}
