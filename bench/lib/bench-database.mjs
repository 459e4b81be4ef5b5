// A database of its own in the PostgreSQL of this machine, made for the run of one server and dropped after it.
import { backendsOf } from './processes.mjs';
import { runToEnd } from './servers.mjs';

/** Ours alone: what an interrupted run has left of it is dropped by the next one. */
const NAME = 'astrolabe_bench';
const FILL_MS_MAX = 3_600_000;

/** The database; `postgresUrl` names any database of the PostgreSQL to use. */
export function benchDatabase(postgresUrl) {
  const url = Object.assign(new URL(postgresUrl), { pathname: `/${NAME}` }).href;
  const run = (text, at) =>
    runToEnd('psql', ['-qAtX', '-v', 'ON_ERROR_STOP=1', '-d', at], { input: text, env: { PGOPTIONS: '-c client_min_messages=error' }, ms_max: FILL_MS_MAX });
  const drop = () => run(`DROP DATABASE IF EXISTS "${NAME}" WITH (FORCE)`, postgresUrl);
  return {
    url,
    sql: (text) => run(text, url),
    drop,
    /** The PostgreSQL processes that serve it. */
    backends: () => backendsOf(NAME),
    async make() {
      await drop();
      await run(`CREATE DATABASE "${NAME}"`, postgresUrl);
    },
    async version() {
      return `PostgreSQL ${(await run('SHOW server_version', url)).trim().split(' ')[0]}`;
    },
    async durability() {
      const [commit, fsync] = [await run('SHOW synchronous_commit', url), await run('SHOW fsync', url)];
      return `PostgreSQL, synchronous_commit=${commit.trim()}, fsync=${fsync.trim()}`;
    },
    /** What autovacuum does sooner or later, at once: numbers for the planner, and the map of pages that need no look. */
    settle: () => run('VACUUM ANALYZE', url),
  };
}
