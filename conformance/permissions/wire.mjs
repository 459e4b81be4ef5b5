// Between the plain data of a world and the JSON of the protocol, and the requests themselves.
import http from 'node:http';
import { isReference, keys } from '../server.mjs';

const ANSWER_WITHIN_MS = 30_000;

const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });

const isPlainPointer = value => typeof value === 'object' && value !== null && 'to' in value;
export const pointer = ({ to, id }) => ({ __type: 'Pointer', className: to, objectId: id });

/** Writes pointers as the protocol does, everywhere inside of a value. */
export function encode(value) {
  if (Array.isArray(value)) return value.map(encode);
  if (isPlainPointer(value)) return pointer(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, encode(inner)]));
}

/** The body that stores these fields; a field that is undefined is left out, or deleted if `erases`. */
export function body(fields, { erases = false } = {}) {
  const written = {};
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'acl') continue;
    if (value === undefined) {
      if (erases) written[name] = { __op: 'Delete' };
    } else if (name === 'rel') {
      if (value.length > 0) written.rel = { __op: 'AddRelation', objects: encode(value) };
    } else {
      written[name] = encode(value);
    }
  }
  if (fields.acl !== undefined) written.ACL = fields.acl;
  return written;
}

/** A server: `send({ method, path, query, body }, caller)` gives `{ status, body }`. */
export function connect(url) {
  const base = new URL(url);
  const exchange = isReference ? patiently(exchangeOnce) : exchangeOnce;
  const send = ({ method = 'GET', path, query = {}, body: content }, caller) => {
    const search = new URLSearchParams(
      Object.entries(query).map(([key, value]) => [key, typeof value === 'object' ? JSON.stringify(encode(value)) : String(value)]),
    ).toString();
    return exchange({
      hostname: base.hostname,
      port: base.port,
      method,
      path: base.pathname + path + (search && `?${search}`),
      headers: headersOf(caller, content !== undefined),
      body: content === undefined ? undefined : JSON.stringify(content),
    });
  };
  /** Sends requests with the master key in batches; every one has to succeed. */
  const admin = async requests => {
    for (let at = 0; at < requests.length; at += 50) {
      const batch = requests.slice(at, at + 50).map(request => ({ ...request, path: base.pathname + request.path }));
      const answer = await send({ method: 'POST', path: '/batch', body: { requests: batch } }, { master: true });
      const failed = answer.status === 200 ? answer.body.findIndex(result => !result.success) : 0;
      if (failed >= 0) {
        throw new Error(`${JSON.stringify(batch[failed])}: ${JSON.stringify(answer.body[failed] ?? answer.body)}`);
      }
    }
  };
  return { send, admin };
}

function headersOf(caller, hasBody) {
  return {
    'X-Parse-Application-Id': keys.appId,
    'X-Parse-REST-API-Key': keys.restKey,
    ...(caller.master && { 'X-Parse-Master-Key': keys.masterKey }),
    ...(caller.token && { 'X-Parse-Session-Token': caller.token }),
    ...(hasBody && { 'Content-Type': 'application/json' }),
  };
}

/** The reference now and then resets a connection before it has answered. */
function patiently(exchange) {
  return async options => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await exchange(options);
      } catch (error) {
        if (attempt === 3) throw error;
      }
    }
  };
}

function exchangeOnce({ body: content, ...options }) {
  return new Promise((resolve, reject) => {
    const request = http.request({ ...options, agent, timeout: ANSWER_WITHIN_MS }, response => {
      const chunks = [];
      response.on('data', chunk => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        try {
          resolve({ status: response.statusCode, body: JSON.parse(text) });
        } catch {
          reject(new Error(`${options.method} ${options.path}: ${response.statusCode} ${text.slice(0, 200)}`));
        }
      });
    });
    request.on('timeout', () => request.destroy(new Error(`no answer to ${options.method} ${options.path}`)));
    request.on('error', reject);
    request.end(content);
  });
}
