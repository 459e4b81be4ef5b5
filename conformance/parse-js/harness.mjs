// Points the SDK at the server under test. A test file calls `useServer()` once at its top.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, beforeEach } from 'node:test';
import Parse from 'parse/node';
import { isReference, keys, startServer } from '../server.mjs';

export { Parse, isReference, keys };

/** To give to a request that needs the master key. */
export const master = { useMasterKey: true };

/**
 * Starts the server for this file, then runs `prepare`; every test of it begins logged out. `variables` of the environment
 * change settings of the binary.
 */
export function useServer(prepare = async () => {}, variables = {}) {
  let server;
  before(async () => {
    server = await startServer(variables);
    Parse.initialize(keys.appId, keys.javascriptKey, keys.masterKey);
    Parse.serverURL = server.url;
    // One process stands for one device here, so there is a current user.
    Parse.User.enableUnsafeCurrentUser();
    // A server that fails must fail the test at once, not after five polite attempts.
    Parse.CoreManager.set('REQUEST_ATTEMPT_LIMIT', 1);
    await prepare();
  });
  beforeEach(forgetUser);
  after(() => server?.stop());
}

/** A name nobody has used: the reference keeps its data from one run to the next. */
export const unique = prefix => `${prefix}${randomBytes(6).toString('hex')}`;

/** Makes the user, logs in as it, and returns it. */
export async function signUp(fields = {}) {
  return Parse.User.signUp(fields.username ?? unique('user'), fields.password ?? 'secret', fields);
}

/** Forgets who is logged in without telling the server, so the session goes on. */
export function forgetUser() {
  Parse.User._clearCache();
  Parse.CoreManager.getStorageController().clear();
}

/** The promise is refused with this code; returns the error for more questions. */
export async function refusedWith(code, promise) {
  let result;
  try {
    result = await promise;
  } catch (error) {
    assert.equal(error.code, code, `${error.code}: ${error.message}`);
    return error;
  }
  assert.fail(`not refused with ${code}, but answered ${JSON.stringify(result)}`);
}

/** Sends what the SDK has no method for, with its headers and keys. */
export const rest = (method, path, body = {}, options = {}) =>
  Parse.CoreManager.getRESTController().request(method, path, body, options);

/** The named field of every object, in their order. */
export const each = (objects, field) => objects.map(object => object.get(field));

/** Sends a request without the SDK; for what the SDK cannot say. */
export async function http(method, path, { headers = {}, body } = {}) {
  const response = await fetch(Parse.serverURL + path, {
    method,
    headers: {
      'X-Parse-Application-Id': keys.appId,
      'X-Parse-REST-API-Key': keys.restKey,
      // The reference ends the connection of those it turns away.
      Connection: 'close',
      ...(body && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    body: body && JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}
