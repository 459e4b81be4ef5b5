// How requests are sent: retries of reads, bounds of time, signals, errors. Against a small server whose answers are chosen.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { after, before, beforeEach, test } from 'node:test';
import { AstrolabeError, cookieAccounts, createClient, isAstrolabeError, tokenAccounts } from '@astrolabe/client';
import { kindOf } from '../dist/error-kinds.js';
import { failure } from './harness.mjs';

let server;
let url;
let requests;
let answers;
const held = [];
before(async () => {
  server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    requests.push({ method: request.method, url: request.url, headers: request.headers, body: body && JSON.parse(body) });
    const { status = 200, headers = {}, json = {}, text, hold } = answers.shift() ?? {};
    if (hold) held.push(response);
    else if (status === 0) request.socket.destroy();
    else response.writeHead(status, headers).end(text ?? JSON.stringify(json));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${server.address().port}/parse/`;
});
after(() => {
  for (const response of held) response.destroy();
  server.close();
});
beforeEach(() => {
  requests = [];
  answers = [];
});

const delays = [];
const client = (options = {}) =>
  createClient({ url, appId: 'app', retry: { delayMs: (attempt) => (delays.push(attempt), 0) }, ...options });

test('a read is sent again when the failure passes, a write never is', async () => {
  const failures = [{ status: 503, json: { code: 1, error: 'Busy' } }, { status: 0 }];
  answers = [...failures, { json: { results: [{ objectId: 'a' }] } }];
  assert.deepEqual(await client().class('Todo').find(), [{ objectId: 'a' }]);
  assert.deepEqual(delays, [1, 2]);
  answers = [...failures, ...failures];
  assert.equal((await failure(client().class('Todo').find())).kind, 'unavailable', 'the third attempt is the last');
  requests = [];
  for (const call of [
    (c) => c.class('Todo').create({ title: 'x' }),
    (c) => c.class('Todo').update('a', {}),
    (c) => c.class('Todo').delete('a'),
    (c) => c.batch([c.write.delete('Todo', 'a')]),
    (c) => c.call('f'),
  ]) {
    for (const answer of failures) {
      answers = [answer];
      const before = requests.length;
      assert.ok((await failure(call(client()))) instanceof AstrolabeError);
      assert.equal(requests.length, before + 1);
    }
  }
  for (const status of [400, 403, 404, 500]) {
    answers = [{ status, json: {} }];
    await failure(client().class('Todo').find());
    assert.equal(answers.length, 0);
  }
});

test('a read whose parameters are in the body is a read still', async () => {
  answers = [{ status: 503 }, { json: { results: [] } }];
  await client().class('Todo').find({ where: { title: 'x'.repeat(4000) } });
  assert.deepEqual(requests.map(({ method, url, body }) => [method, url, body._method]), [
    ['POST', '/parse/classes/Todo', 'GET'],
    ['POST', '/parse/classes/Todo', 'GET'],
  ]);
});

test('Retry-After of the server counts, up to a bound', async () => {
  answers = [{ status: 429, headers: { 'Retry-After': '0' } }, { json: { results: [] } }];
  delays.length = 0;
  await client().class('Todo').find();
  assert.deepEqual(delays, []);
});

test('an attempt that takes too long', async () => {
  // A request that never gets anywhere, so that none of it arrives in the middle of another test.
  const never = (_, { signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const error = await failure(client({ fetch: never, timeoutMs: 50, retry: { attempts: 0 } }).class('Todo').find());
  assert.deepEqual([error.kind, error.status], ['network', 0]);
  assert.match(error.message, /50 ms/);
});

test('a signal ends the request, and the pause before the next attempt', async () => {
  const controller = new AbortController();
  answers = [{ hold: true }];
  const waiting = failure(client().class('Todo').find({ signal: controller.signal }));
  while (held.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const reason = new Error('gone');
  controller.abort(reason);
  assert.equal(await waiting, reason);
  assert.equal(await failure(client().class('Todo').create({}, { signal: controller.signal })), reason);
  assert.equal(requests.length, 1, 'nothing is sent for a signal that was given already');
  const second = new AbortController();
  answers = [{ status: 503 }];
  const paused = { retry: { delayMs: () => (queueMicrotask(() => second.abort(reason)), 60_000) } };
  assert.equal(await failure(client(paused).class('Todo').find({ signal: second.signal })), reason);
});

test('a server that cannot be reached', async () => {
  const error = await failure(createClient({ url: 'http://127.0.0.1:1/parse', appId: 'a', retry: { attempts: 0 } }).class('Todo').find());
  assert.ok(isAstrolabeError(error, 'network'));
  assert.ok(error.cause instanceof Error);
});

test('answers that no server of Astrolabe gives', async () => {
  answers = [{ text: '<html>' }, { status: 502, text: '<html>' }, { status: 400, json: { code: 4711, error: 'Hm' } }];
  const few = client({ retry: { attempts: 0 } });
  assert.equal((await failure(few.class('Todo').find())).kind, 'bad_answer');
  const gateway = await failure(few.class('Todo').find());
  assert.deepEqual([gateway.kind, gateway.status, gateway.message], ['bad_answer', 502, 'The server answered with status 502.']);
  const unknown = await failure(few.class('Todo').find());
  assert.deepEqual([unknown.kind, unknown.code, unknown.message], ['other_cause', 4711, 'Hm']);
});

test('a redirect is not followed, so that no key goes to where it leads', async () => {
  for (const status of [301, 302, 307, 308]) {
    answers = [{ status, headers: { Location: '/elsewhere' } }];
    const error = await failure(client({ masterKey: 'secret' }).class('Todo').find());
    assert.deepEqual([error.kind, error.status], ['bad_answer', status]);
  }
  assert.ok(requests.every(({ url }) => url === '/parse/classes/Todo'));
});

test('an error names the request', async () => {
  answers = [{ status: 400, headers: { 'X-Request-Id': 'abc' }, json: { code: 102, error: 'Bad' } }];
  const error = await failure(client().class('Todo').find());
  assert.deepEqual([error.requestId, error.kind, error.message], ['abc', 'invalid_query', 'Bad']);
});

test('keys go to the Parse API, a session token only with its session', async () => {
  answers = [{ json: { results: [] } }];
  await client({ restKey: 'rest', headers: { 'X-Mine': '1' } }).with({ sessionToken: 'r:1' }).class('A b/ä').find();
  const [{ url: path, headers }] = requests;
  assert.equal(path, '/parse/classes/A%20b%2F%C3%A4');
  assert.deepEqual(
    [headers['x-parse-application-id'], headers['x-parse-rest-api-key'], headers['x-parse-session-token'], headers['x-mine']],
    ['app', 'rest', 'r:1', '1'],
  );
});

test('what is asked for by mail goes where each way of signing in has it', async () => {
  const cookies = cookieAccounts({ url: new URL('/api/auth', url).href });
  for (const accounts of [tokenAccounts(), cookies]) {
    const { users } = client({ accounts });
    await users.requestPasswordReset('ada@example.com');
    await users.requestVerification('ada@example.com');
  }
  assert.deepEqual(requests.map(({ method, url }) => `${method} ${url}`), [
    'POST /parse/requestPasswordReset',
    'POST /parse/verificationEmailRequest',
    'POST /api/auth/request-password-reset',
    'POST /api/auth/send-verification-email',
  ]);
  for (const { body } of requests) assert.deepEqual(body, { email: 'ada@example.com' });
  assert.equal(requests[2].headers['x-parse-application-id'], undefined, 'keys stay with the Parse API');
});

test('a function answers its result', async () => {
  answers = [{ json: { result: { at: { __type: 'Date', iso: '1970-01-01T00:00:00.000Z' } } } }];
  assert.deepEqual(await client().call('hello', { since: new Date(0) }), { at: new Date(0) });
  assert.deepEqual(requests[0].body, { since: { __type: 'Date', iso: '1970-01-01T00:00:00.000Z' } });
});

test('the words of errors are those of the server', async () => {
  const page = await readFile(new URL('../../../docs/reference/errors.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| (-?\d+|none) \| (\d+) \| `(\w+)` \|/gm)];
  assert.ok(rows.length > 40);
  for (const [, number, status, slug] of rows) {
    const kind = kindOf(Number(status), number === 'none' ? undefined : Number(number));
    // The same status without a number: the answer does not say which of the two it is.
    if (slug !== 'master_key_required') assert.equal(kind, slug, `${number} ${status}`);
  }
});
