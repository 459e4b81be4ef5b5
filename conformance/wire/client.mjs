// Sends one request of a table and returns its answer with everything that changes from run to run replaced by a
// placeholder. Uses node:http and not fetch, because fetch would tidy up the paths that are meant to be untidy.
import http from 'node:http';
import { keys } from '../server.mjs';

const ANSWER_WITHIN_MS = 15_000;
const TEXT_KEPT = 300;

const keyHeaders = {
  rest: { 'X-Parse-Application-Id': keys.appId, 'X-Parse-REST-API-Key': keys.restKey },
  javascript: { 'X-Parse-Application-Id': keys.appId, 'X-Parse-Javascript-Key': keys.javascriptKey },
  master: { 'X-Parse-Application-Id': keys.appId, 'X-Parse-Master-Key': keys.masterKey },
  app: { 'X-Parse-Application-Id': keys.appId },
  none: {},
};

/**
 * One run over the tables. The function it returns sends a request and remembers what it saves. It returns undefined for
 * a request that needs something an earlier one did not save; `mayLack` says that this one need not save anything.
 */
export function createClient(baseUrl) {
  const base = new URL(baseUrl);
  const saved = new Map();
  const lacking = new Set();
  const fill = text => text.replace(/\{\{(\w+)\}\}/g, (whole, name) => saved.get(name) ?? whole);

  return async function run(request, { mayLack = false } = {}) {
    const needed = JSON.stringify([request.path, request.token, request.body]);
    if ([...lacking].some(name => needed.includes(`{{${name}}}`))) return undefined;
    const answer = await exchange(base, {
      method: request.method,
      path: base.pathname + fill(request.path),
      headers: headersOf(request, fill),
      body: bodyOf(request, fill),
    });
    const body = parse(answer.text);
    for (const [name, path] of Object.entries(request.save ?? {})) {
      const value = path.split('.').reduce((at, key) => at?.[key], body);
      if (typeof value === 'string') saved.set(name, value);
      else if (mayLack) lacking.add(name);
      else throw new Error(`no ${path} to keep: ${answer.status} ${answer.text.slice(0, TEXT_KEPT)}`);
    }
    return normalise(request, answer, body, { saved, origin: base.origin });
  };
}

function headersOf(request, fill) {
  const headers = { ...keyHeaders[request.keys ?? 'rest'] };
  if (request.token) headers['X-Parse-Session-Token'] = fill(request.token);
  const hasBody = request.body !== undefined || request.raw !== undefined;
  if (hasBody && request.type !== null) headers['Content-Type'] = request.type ?? 'application/json';
  return { ...headers, ...request.headers };
}

function bodyOf({ body, raw }, fill) {
  if (raw !== undefined) return typeof raw === 'string' ? Buffer.from(fill(raw)) : raw;
  return body === undefined ? undefined : Buffer.from(fill(JSON.stringify(body)));
}

function exchange(base, { method, path, headers, body }) {
  return new Promise((resolve, reject) => {
    let answered = false;
    const request = http.request(
      { host: base.hostname, port: base.port, method, path, headers, agent: false, timeout: ANSWER_WITHIN_MS },
      response => {
        answered = true;
        const chunks = [];
        response.on('data', chunk => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString() }),
        );
      },
    );
    request.on('timeout', () => request.destroy(new Error(`no answer to ${method} ${path.slice(0, 200)}`)));
    // A server may answer a body it refuses and close before all of it was sent.
    request.on('error', error => answered || reject(error));
    if (body) request.setHeader('Content-Length', body.length);
    request.end(body);
  });
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text.slice(0, TEXT_KEPT);
  }
}

function normalise(request, answer, body, context) {
  if (request.sort) body?.results?.sort((a, b) => (a[request.sort] < b[request.sort] ? -1 : 1));
  const headers = {};
  for (const name of ['content-type', 'location', ...(request.see ?? [])]) {
    if (answer.headers[name] !== undefined) headers[name] = maskText(answer.headers[name], context);
  }
  if (headers.location) headers.location = headers.location.replace(/\/[A-Za-z0-9]{10}$/, '/<id>');
  return { status: answer.status, headers, body: mask(body, '', context) };
}

const TIMES = new Set(['createdAt', 'updatedAt', 'expiresAt']);
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function mask(value, key, context) {
  if (Array.isArray(value)) return value.map(item => mask(item, key, context));
  if (value && typeof value === 'object') {
    const inside = name => (name === 'iso' ? key : name);
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [maskText(name, context), mask(item, inside(name), context)]),
    );
  }
  if (typeof value !== 'string') return value;
  if (TIMES.has(key) && ISO.test(value)) return '<time>';
  const text = maskText(value, context);
  if (text !== value) return text;
  if (key === 'objectId' && /^[A-Za-z0-9]{10}$/.test(value)) return '<id>';
  if (key === 'sessionToken' && /^r:[0-9a-f]{32}$/.test(value)) return '<token>';
  return value;
}

function maskText(text, { saved, origin }) {
  let masked = text.replaceAll(origin, '<origin>');
  for (const [name, value] of saved) masked = masked.replaceAll(value, `{{${name}}}`);
  return masked;
}
