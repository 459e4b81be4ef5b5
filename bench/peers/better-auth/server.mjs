// Better Auth on Node's own HTTP server and its own SQLite, as its documentation starts it, in production mode. Limits by
// address are off: all requests of the measurement come from one. BENCH_HOME has its node_modules.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

const { port, file, secret } = JSON.parse(process.env.BENCH_CONFIG);
const require = createRequire(join(process.env.BENCH_HOME, 'package.json'));
const load = async name => import(pathToFileURL(require.resolve(name)).href);
const { betterAuth } = await load('better-auth');
const { getMigrations } = await load('better-auth/db/migration');
const { toNodeHandler } = await load('better-auth/node');

const database = new DatabaseSync(file);
database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
const options = {
  baseURL: `http://127.0.0.1:${port}`,
  secret,
  database,
  telemetry: { enabled: false },
  rateLimit: { enabled: false },
  emailAndPassword: { enabled: true },
};
await (await getMigrations(options)).runMigrations();
createServer(toNodeHandler(betterAuth(options))).listen(port, '127.0.0.1');
