// A server with a class of every kind of field, and the files that the binary generates from it.
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { keys, startServer } from '../server.mjs';

export const HERE = fileURLToPath(new URL('.', import.meta.url));
const run = promisify(execFile);

const open = { '*': true };
export const PERMISSIONS = { find: open, count: open, get: open, create: open, update: open, delete: open, addField: {} };

export const EVERYTHING = {
  className: 'Everything',
  fields: {
    text: { type: 'String' },
    amount: { type: 'Number' },
    isDone: { type: 'Boolean' },
    at: { type: 'Date' },
    info: { type: 'Object' },
    tags: { type: 'Array' },
    place: { type: 'GeoPoint' },
    area: { type: 'Polygon' },
    picture: { type: 'File' },
    raw: { type: 'Bytes' },
    list: { type: 'Pointer', targetClass: 'List' },
    others: { type: 'Relation', targetClass: 'List' },
    title: { type: 'String', required: true },
    level: { type: 'Number', required: true, defaultValue: 3 },
    parent: { type: 'Pointer', targetClass: 'Everything' },
    friends: { type: 'Relation', targetClass: 'Everything' },
    astray: { type: 'Pointer', targetClass: 'Nowhere' },
    rowid: { type: 'String' },
  },
  classLevelPermissions: PERMISSIONS,
};

/**
 * Returns the server with `request(method, path, body, master)`, `database`, and `generate()`, which writes the files anew
 * into the folder `generated/NAME`.
 */
export async function startWithClasses(name) {
  const server = await startServer({ ASTROLABE_ALLOW_CLIENT_CLASS_CREATION: 'false' });
  const request = async (method, path, body, master = false) => {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: {
        'X-Parse-Application-Id': keys.appId,
        ...(master ? { 'X-Parse-Master-Key': keys.masterKey } : { 'X-Parse-REST-API-Key': keys.restKey }),
        'Content-Type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };
  const list = { className: 'List', fields: { name: { type: 'String' } }, classLevelPermissions: PERMISSIONS };
  for (const schema of [list, EVERYTHING]) {
    const made = await request('POST', `/schemas/${schema.className}`, schema, true);
    if (made.status !== 200) throw new Error(JSON.stringify(made.body));
  }
  const generated = join(HERE, 'generated', name);
  return {
    ...server,
    generated,
    request,
    database: join(server.folder, 'apps', keys.appId, 'data.db'),
    generate: async () => {
      await rm(generated, { recursive: true, force: true });
      const env = { ...process.env, ...server.variables };
      await astrolabe(['types', '--out', generated, '--data', server.folder, '--app-id', keys.appId], { env });
    },
  };
}

/** Runs a command of the binary; its output, or an error with what it said. */
export async function astrolabe(args, options = {}) {
  const { stdout } = await run(process.env.ASTROLABE_BIN, args, options);
  return stdout;
}

/** Runs a tool of `node_modules`; `{ ok, output }`. */
export async function tool(name, args, options = {}) {
  try {
    const { stdout, stderr } = await run(join(HERE, 'node_modules', '.bin', name), args, { cwd: HERE, ...options });
    return { ok: true, output: stdout + stderr };
  } catch (error) {
    return { ok: false, output: `${error.stdout ?? ''}${error.stderr ?? ''}${error.message}` };
  }
}
