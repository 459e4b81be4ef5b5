// Accounts by cookies against the real server, with a `fetch` that keeps cookies as the page of a site does.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { cookieAccounts, memoryStorage, tokenAccounts } from '@astrolabe/client';
import { sessionStore } from '@astrolabe/client/stores';
import { failure, startWithClasses } from './harness.mjs';

let server;
let origin;
before(async () => {
  server = await startWithClasses();
  origin = new URL(server.url).origin;
});
after(() => server?.stop());

/** A browser: its cookies, and what it asked for. `open()` is a page in it. */
function browser() {
  const jar = new Map();
  const paths = [];
  const fetchWithCookies = async (url, init) => {
    const { pathname } = new URL(url);
    paths.push(pathname);
    const headers = new Headers(init.headers);
    if (init.credentials !== undefined) {
      headers.set('Cookie', [...jar].map(([name, { value }]) => `${name}=${value}`).join('; '));
      headers.set('Origin', origin);
    }
    const response = await fetch(url, { ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const [pair, ...attributes] = line.split(/; */);
      const [name, value] = pair.split(/=(.*)/);
      if (value === '') jar.delete(name);
      else jar.set(name, { value, attributes });
    }
    return response;
  };
  const open = (options = {}) =>
    server.client({ fetch: fetchWithCookies, accounts: cookieAccounts({ url: `${origin}/api/auth` }), ...options });
  return { jar, paths, open };
}

let count = 0;
const person = () => ({ name: 'Ada', email: `ada${(count += 1)}@example.com`, password: 'a long enough password' });

test('signing up; the session is there after the page is loaded anew', async () => {
  const { jar, open } = browser();
  const values = person();
  const client = open();
  const user = await client.users.signUp(values);
  assert.deepEqual([user.email, user.name, user.password], [values.email, 'Ada', undefined]);
  const [{ attributes }] = [...jar.values()];
  assert.ok(attributes.includes('HttpOnly'), attributes.join());
  const own = await client.class('Todo').create({ title: 'mine', ACL: { [user.objectId]: { read: true, write: true } } });
  const reloaded = open();
  assert.equal((await reloaded.class('Todo').get(own.objectId)).title, 'mine');
  assert.equal((await reloaded.users.current()).objectId, user.objectId);
  assert.equal((await failure(server.client().class('Todo').get(own.objectId))).kind, 'object_not_found');
});

test('signing out and in; a wrong password', async () => {
  const { jar, open } = browser();
  const client = open();
  const session = sessionStore(client);
  const stop = session.subscribe(() => {});
  const values = person();
  await session.signUp(values);
  await session.logOut();
  assert.deepEqual([jar.size, session.get().status, await open().users.current()], [0, 'signedOut', null]);
  const refused = await failure(session.logIn({ email: values.email, password: 'wrong password' }));
  assert.deepEqual([refused.kind, refused.word, refused.status], ['account', 'INVALID_EMAIL_OR_PASSWORD', 401]);
  await session.logIn({ email: values.email, password: values.password });
  assert.equal(session.get().user.email, values.email);
  stop();
});

test('the server is asked once for the session, however many requests begin together', async () => {
  const { paths, open } = browser();
  await open().users.signUp(person());
  paths.length = 0;
  const page = open();
  await Promise.all([1, 2, 3].map(() => page.class('Todo').find({ limit: 1 })));
  assert.deepEqual(paths.filter((path) => path.startsWith('/api')), ['/api/auth/get-session']);
});

test('a session that ended elsewhere is found out', async () => {
  const { open } = browser();
  const client = open();
  await client.users.signUp(person());
  const token = await client.users.sessionToken();
  await server.client({ accounts: tokenAccounts(memoryStorage(token)) }).users.logOut();
  assert.equal((await failure(client.class('Todo').find())).kind, 'invalid_session_token');
  assert.equal(await client.users.current(), null);
  await client.class('Todo').find({ limit: 1 }); // It goes on as nobody.
});

test('a server that is away is asked again', async () => {
  const { open } = browser();
  await open().users.signUp(person());
  let isAway = true;
  const inner = browser();
  const client = inner.open({
    retry: { attempts: 0 },
    fetch: (url, init) => (isAway ? Promise.reject(new TypeError('fetch failed')) : fetch(url, init)),
  });
  assert.equal((await failure(client.users.current())).kind, 'network');
  isAway = false;
  assert.equal(await client.users.current(), null);
});

test('what cookies cannot do', async () => {
  const client = browser().open();
  assert.ok((await failure(client.users.logIn({ username: 'ada', password: 'x' }))) instanceof TypeError);
  assert.ok((await failure(client.users.become('r:x'))) instanceof TypeError);
});
