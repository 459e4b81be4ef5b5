// Starts the server under test, or points at a running reference server. Both suites use it; it knows nothing of Parse.
//
// ASTROLABE_BIN         path to the binary (the usual case)
// ASTROLABE_TEST_DATABASE=postgres   gives each server a schema of its own in the database of ASTROLABE_TEST_POSTGRES_URL,
//                       or of the server on the standard port, instead of a file
// PARSE_REFERENCE_URL   mount URL of a running Parse Server, for example http://127.0.0.1:1337/parse; then nothing is
//                       started. Its keys are the ones below unless PARSE_REFERENCE_APP_ID, _MASTER_KEY, _REST_KEY or
//                       _JAVASCRIPT_KEY say otherwise.
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const READY_WITHIN_MS = 20_000;
const STOPPED_WITHIN_MS = 10_000;
const LOG_LINES_KEPT = 40;

const env = process.env;

/** True when the tests talk to the real Parse Server. */
export const isReference = Boolean(env.PARSE_REFERENCE_URL);

export const keys = {
  appId: (isReference && env.PARSE_REFERENCE_APP_ID) || 'todo-app',
  masterKey: (isReference && env.PARSE_REFERENCE_MASTER_KEY) || 'todo-master',
  restKey: (isReference && env.PARSE_REFERENCE_REST_KEY) || 'todo-rest',
  javascriptKey: (isReference && env.PARSE_REFERENCE_JAVASCRIPT_KEY) || 'todo-js',
};

/**
 * Returns `{ url, stop, folder }`; `url` is where Parse is mounted, without a slash at the end, `folder` is the data folder
 * of the binary; `variables` of what is returned say to commands where its database is. `variables` of the environment change settings of the binary.
 */
export async function startServer(variables = {}) {
  if (isReference) {
    return { url: env.PARSE_REFERENCE_URL.replace(/\/$/, ''), stop: async () => {} };
  }
  if (!env.ASTROLABE_BIN) {
    throw new Error('Set ASTROLABE_BIN to the binary, or PARSE_REFERENCE_URL to a running Parse Server.');
  }
  const folder = await mkdtemp(join(tmpdir(), 'astrolabe-conformance-'));
  const database = postgresSchema();
  const server = spawn(
    env.ASTROLABE_BIN,
    [
      'start',
      ...['--data', folder],
      ...['--listen', '127.0.0.1:0'],
      ...['--app-id', keys.appId],
      ...['--master-key', keys.masterKey],
      ...['--rest-key', keys.restKey],
      ...['--javascript-key', keys.javascriptKey],
      '--exit-on-stdin-eof',
    ],
    {
      env: { ...env, ASTROLABE_ALLOW_CLIENT_CLASS_CREATION: 'true', ...database.variables, ...variables },
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  const ended = new Promise(resolve => server.once('exit', resolve));
  const stop = async () => {
    if (server.exitCode === null && server.signalCode === null) {
      server.kill('SIGTERM');
      const timer = setTimeout(() => server.kill('SIGKILL'), STOPPED_WITHIN_MS);
      await ended;
      clearTimeout(timer);
    }
    await rm(folder, { recursive: true, force: true });
    await database.remove();
  };
  try {
    return { url: `${await readyUrl(server, ended)}/parse`, stop, folder, variables: database.variables };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Where the server keeps its data, beside the folder. */
function postgresSchema() {
  if (env.ASTROLABE_TEST_DATABASE !== 'postgres') {
    return { variables: {}, remove: async () => {} };
  }
  const url = env.ASTROLABE_TEST_POSTGRES_URL || 'postgres://postgres@127.0.0.1:5432/postgres';
  const schema = `astrolabe_conformance_${randomBytes(6).toString('hex')}`;
  const drop = ['--quiet', '--command', `SET client_min_messages = error; DROP SCHEMA IF EXISTS ${schema} CASCADE`, url];
  return {
    variables: { ASTROLABE_DATABASE_URL: url, ASTROLABE_DATABASE_SCHEMA: schema },
    remove: () => promisify(execFile)('psql', drop),
  };
}

function readyUrl(server, ended) {
  const log = [];
  const keep = line => {
    log.push(line);
    if (log.length > LOG_LINES_KEPT) log.shift();
  };
  createInterface({ input: server.stderr }).on('line', keep);
  return new Promise((resolve, reject) => {
    const fail = what => reject(new Error(`${what}\n${log.join('\n')}`));
    const timer = setTimeout(() => fail('The server was not ready in time.'), READY_WITHIN_MS);
    createInterface({ input: server.stdout }).on('line', line => {
      const [, url] = /^ready (\S+)$/.exec(line) ?? [];
      if (url) {
        clearTimeout(timer);
        resolve(url);
      } else {
        keep(line);
      }
    });
    server.once('error', error => fail(`The server did not start: ${error.message}`));
    ended.then(code => {
      clearTimeout(timer);
      fail(`The server ended with ${code} before it was ready.`);
    });
  });
}
