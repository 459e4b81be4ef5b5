// PostgREST on PostgreSQL, in a database that is made for the run and dropped after it. Who may do what is said by
// row-level security over the same access lists that Astrolabe has (postgrest-tables.mjs).
import { join } from 'node:path';
import { freePort } from '../../scripts/processes.mjs';
import { benchDatabase } from '../lib/bench-database.mjs';
import { NOTES, SPOTS, USERS, note, ownerOf, spot } from '../lib/dataset.mjs';
import { options } from '../lib/options.mjs';
import { family } from '../lib/processes.mjs';
import { HOST, halt, launch, runToEnd, untilReady } from '../lib/servers.mjs';
import { idOf, postgrestFace, secret } from './postgrest-face.mjs';
import { insertEvents, insertRows, makeRoles, makeTables, roles } from './postgrest-tables.mjs';

/** The server; `postgresUrl` names any database of the PostgreSQL to use. */
export async function postgrest({ folder, binary, postgresUrl }) {
  const port = await freePort(options.port);
  const origin = `http://${HOST}:${port}`;
  const database = benchDatabase(postgresUrl);
  let child;
  const server = {
    origin,
    title: 'PostgREST',
    remarks: ['it has no accounts: tokens are signed by the script, and no session is looked up'],
    find: () => family(child.pid),
    findDatabase: database.backends,
    async start() {
      const since = performance.now();
      child = launch(binary, [], { cwd: folder, env: settings(database.url, port), log: join(folder, 'server.log') });
      return untilReady(child, port, '/note?limit=0', since);
    },
    stop: () => halt(child),
    cleanUp: database.drop,
    async prepare(rows) {
      await database.make();
      server.durability = await database.durability();
      server.version = `${(await runToEnd(binary, ['--version'])).trim()}, ${await database.version()}`;
      await database.sql(makeRoles + makeTables);
      const owners = Array.from({ length: USERS }, (_, i) => idOf('user', i));
      const filled = (table, count, fieldsOf) =>
        database.sql(insertRows(table, Array.from({ length: count }, (_, i) => ({ ...fieldsOf(i), id: idOf(table, i), owner: owners[ownerOf(i)] }))));
      await filled('note', NOTES, note);
      await filled('spot', SPOTS, spot);
      const since = performance.now();
      await database.sql(insertEvents(owners, rows));
      server.loadSeconds = (performance.now() - since) / 1000;
      server.loadedBy = 'one INSERT … SELECT in PostgreSQL';
      await database.settle();
      server.face = postgrestFace();
      await server.start();
    },
  };
  return server;
}

/** As it comes, but with sums, which are off by default, and with the cache of tokens, which is off as well. */
function settings(url, port) {
  return {
    PGRST_DB_URI: url,
    PGRST_DB_SCHEMAS: 'api',
    PGRST_DB_ANON_ROLE: roles.anybody,
    PGRST_DB_AGGREGATES_ENABLED: 'true',
    PGRST_JWT_SECRET: secret,
    PGRST_JWT_CACHE_MAX_LIFETIME: '3600',
    PGRST_SERVER_HOST: HOST,
    PGRST_SERVER_PORT: String(port),
  };
}
