// A server with classes for the tests, clients of it, and what the binary generates from these classes.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createClient } from '@astrolabe/client';
import { keys, startServer } from '../../../conformance/server.mjs';

export { keys };
export const HERE = fileURLToPath(new URL('.', import.meta.url));
const run = promisify(execFile);

const open = { '*': true };
const PERMISSIONS = { find: open, count: open, get: open, create: open, update: open, delete: open, addField: {} };

const CLASSES = [
  { className: 'List', fields: { name: { type: 'String', required: true }, owner: { type: 'Pointer', targetClass: '_User' } } },
  {
    className: 'Todo',
    fields: {
      title: { type: 'String', required: true },
      done: { type: 'Boolean', required: true, defaultValue: false },
      votes: { type: 'Number' },
      due: { type: 'Date' },
      tags: { type: 'Array' },
      info: { type: 'Object' },
      place: { type: 'GeoPoint' },
      area: { type: 'Polygon' },
      raw: { type: 'Bytes' },
      list: { type: 'Pointer', targetClass: 'List' },
      others: { type: 'Relation', targetClass: 'List' },
      version: { type: 'Number', required: true, defaultValue: 0 },
    },
    classLevelPermissions: { ...PERMISSIONS, aggregate: open },
  },
];

/** Returns the server with `client(options)` and `master`, a client that may do everything. */
export async function startWithClasses(variables = {}) {
  const server = await startServer({ ASTROLABE_ALLOW_CLIENT_CLASS_CREATION: 'false', ASTROLABE_LOG: 'error', ...variables });
  const client = (options = {}) => createClient({ url: server.url, appId: keys.appId, restKey: keys.restKey, ...options });
  const master = client({ restKey: undefined, masterKey: keys.masterKey });
  try {
    for (const schema of CLASSES) {
      const body = { classLevelPermissions: PERMISSIONS, ...schema };
      await master.request({ method: 'POST', path: `/schemas/${schema.className}`, body });
    }
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { ...server, client, master };
}

/** Writes `client.ts` and `zod.ts` of the classes into the folder `generated/NAME`, and answers that folder. */
export async function generate(name) {
  const generated = join(HERE, 'generated', name);
  const schema = await mkdtemp(join(tmpdir(), 'astrolabe-schema-'));
  try {
    for (const body of CLASSES) await writeFile(join(schema, `${body.className}.jsonc`), JSON.stringify(body));
    await rm(generated, { recursive: true, force: true });
    await run(process.env.ASTROLABE_BIN, ['types', '--from-files', '--schema', schema, '--only', 'client,zod', '--out', generated]);
  } finally {
    await rm(schema, { recursive: true, force: true });
  }
  return generated;
}

/** Runs a tool of `node_modules`; `{ ok, output }`. */
export async function tool(name, args, options = {}) {
  const bin = join(HERE, '../../node_modules/.bin', name);
  try {
    const { stdout, stderr } = await run(bin, args, { cwd: join(HERE, '..'), ...options });
    return { ok: true, output: stdout + stderr };
  } catch (error) {
    return { ok: false, output: `${error.stdout ?? ''}${error.stderr ?? ''}${error.message}` };
  }
}

/** The error that a call fails with; calls that succeed fail the test. */
export async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('The call succeeded.');
}
