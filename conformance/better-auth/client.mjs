// Sends the requests of a table one after the other, with a jar of cookies for each person, and returns the answers with
// everything that changes from run to run replaced by a placeholder. Uses node:http, since fetch adds headers of its own
// that count here.
import http from 'node:http';

/** `base` is where the API is mounted. The function it returns runs one request of the table. */
export function createClient(base) {
  const jars = new Map();
  const saved = new Map();
  const { origin, pathname } = new URL(base);

  return async function run(request) {
    const jar = request.as && (jars.get(request.as) ?? jars.set(request.as, new Map()).get(request.as));
    const answer = await exchange(origin, {
      method: request.method,
      path: pathname + fill(request.path, saved, origin),
      headers: headersOf(request, jar, origin, saved),
      body: bodyOf(request, saved, origin),
    });
    keepCookies(jar, answer);
    const body = parsed(answer.text);
    for (const [name, path] of Object.entries(request.save ?? {})) {
      const value = path.split('.').reduce((at, key) => at?.[key], body);
      if (typeof value !== 'string') throw new Error(`${request.name}: no ${path} to keep: ${answer.status} ${answer.text}`);
      saved.set(name, value);
    }
    return normalised(answer, body, origin);
  };
}

function fill(text, saved, origin) {
  return text.replaceAll('{{origin}}', origin).replace(/\{\{(\w+)\}\}/g, (whole, name) => saved.get(name) ?? whole);
}

function headersOf(request, jar, origin, saved) {
  const headers = {};
  if (jar?.size) {
    headers.cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    if (request.method !== 'GET') headers.origin = origin;
  }
  if (request.body !== undefined || request.raw !== undefined) headers['content-type'] = request.type ?? 'application/json';
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    if (value === null) delete headers[name];
    else headers[name] = fill(value, saved, origin);
  }
  return headers;
}

function bodyOf({ body, raw }, saved, origin) {
  if (raw !== undefined) return raw;
  return body === undefined ? undefined : fill(JSON.stringify(body), saved, origin);
}

function exchange(origin, { method, path, headers, body }) {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, method, path, headers, agent: false, timeout: 15_000 }, response => {
      const chunks = [];
      response.on('data', chunk => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString() }),
      );
    });
    request.on('timeout', () => request.destroy(new Error(`no answer to ${method} ${path}`)));
    request.on('error', reject);
    if (body !== undefined) request.setHeader('content-length', Buffer.byteLength(body));
    request.end(body);
  });
}

function keepCookies(jar, { headers }) {
  for (const cookie of jar ? headers['set-cookie'] ?? [] : []) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
    if (/max-age=0/i.test(cookie)) jar.delete(name);
    else jar.set(name, value);
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const WATCHED = ['content-type', 'location', 'cache-control', 'pragma', 'x-retry-after'];

function normalised({ status, headers }, body, origin) {
  const seen = {};
  for (const name of WATCHED) if (headers[name] !== undefined) seen[name] = masked(headers[name], origin);
  if (body === '') delete seen['content-type'];
  if (seen['content-type']) seen['content-type'] = seen['content-type'].split(';')[0];
  if (seen['content-type'] === 'text/html') body = '<page>';
  const cookies = (headers['set-cookie'] ?? []).map(cookieShape).sort();
  return { status, headers: seen, ...(cookies.length && { cookies }), body: shape(body, '', origin) };
}

/** Name and attributes; of the value only whether there is one, and whether it is signed. */
function cookieShape(cookie) {
  const [pair, ...attributes] = cookie.split('; ');
  const [name, value] = pair.split('=');
  const kind = value === '' ? '' : /\.[A-Za-z0-9+/]{43}=$/.test(decodeURIComponent(value)) ? '<signed>' : '<plain>';
  return [`${name}=${kind}`, ...attributes.sort()].join('; ');
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function shape(value, key, origin) {
  if (Array.isArray(value)) return value.map(item => shape(item, key, origin));
  if (value && typeof value === 'object') {
    const members = Object.entries(value).map(([name, item]) => [name, shape(item, name, origin)]);
    // The memory adapter of the reference leaves out what is not there; over a database it is null.
    if ('emailVerified' in value) {
      for (const name of ['image', 'nickname']) if (!(name in value)) members.push([name, null]);
    }
    return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
  if (typeof value !== 'string') return value;
  if (ISO.test(value)) return '<time>';
  if (['id', 'userId'].includes(key)) return '<id>';
  if (key === 'token') return '<token>';
  if (key === 'ipAddress') return '<address>';
  return masked(value, origin);
}

const masked = (text, origin) => text.replaceAll(origin, '<origin>').replace(/([?&]token=)[^&]+/, '$1<token>');
