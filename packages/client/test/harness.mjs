// A server with classes for the tests, and clients of it.
import { createClient } from '@astrolabe/client';
import { keys, startServer } from '../../../conformance/server.mjs';

export { keys };

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

/** The error that a call fails with; calls that succeed fail the test. */
export async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('The call succeeded.');
}
