// Accounts by session tokens against the real server.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createClient, memoryStorage, tokenAccounts, webStorage } from '@astrolabe/client';
import { failure, startWithClasses } from './harness.mjs';

let server;
before(async () => {
  server = await startWithClasses();
});
after(() => server?.stop());

const fresh = () => {
  const storage = memoryStorage();
  const client = server.client({ accounts: tokenAccounts(storage) });
  const changes = [];
  client.users.onChange(() => changes.push(storage.get()));
  return { storage, client, changes };
};
let count = 0;
const person = () => ({ username: `ada${(count += 1)}`, password: 'correct horse', email: `ada${count}@example.com` });

test('signing up, out and in', async () => {
  const { storage, client, changes } = fresh();
  assert.equal(await client.users.current(), null);
  const values = person();
  const made = await client.users.signUp(values);
  assert.equal(made.username, values.username);
  assert.equal(made.password, undefined);
  assert.ok(made.createdAt instanceof Date);
  const token = storage.get();
  assert.match(token, /^r:/);
  const user = await client.users.current();
  assert.deepEqual([user.objectId, user.email], [made.objectId, values.email]);
  assert.equal(JSON.stringify([made, user]).includes(token), false, 'no user has the token');
  await client.users.logOut();
  assert.equal(storage.get(), null);
  assert.equal(await client.users.current(), null);
  await assert.rejects(server.client().users.become(token), { kind: 'invalid_session_token' });
  for (const credentials of [{ username: values.username }, { email: values.email }]) {
    const again = await client.users.logIn({ ...credentials, password: values.password });
    assert.equal(again.objectId, made.objectId);
    assert.equal('sessionToken' in again, false);
  }
  assert.equal(changes.length, 4, 'up, out, in, in');
});

test('a wrong password signs nobody in', async () => {
  const { storage, client } = fresh();
  const values = person();
  await client.users.signUp(values);
  const token = storage.get();
  const error = await failure(client.users.logIn({ username: values.username, password: 'wrong' }));
  assert.deepEqual([error.kind, error.status], ['object_not_found', 404]);
  assert.equal(storage.get(), token, 'the session before stays');
  assert.equal((await failure(client.users.signUp(values))).kind, 'username_taken');
});

test('a session that has ended is forgotten, and whoever listens is told', async () => {
  const { storage, client, changes } = fresh();
  await client.users.signUp(person());
  const other = server.client({ accounts: tokenAccounts(memoryStorage(storage.get())) });
  await other.users.logOut();
  assert.equal((await failure(client.class('Todo').find())).kind, 'invalid_session_token');
  assert.equal(storage.get(), null);
  assert.equal(changes.at(-1), null);
  assert.deepEqual(await client.class('Todo').find({ where: { title: 'nothing' } }), []);
});

test('a late refusal of an old token leaves the new session alone', async () => {
  const { storage, client } = fresh();
  await client.users.signUp(person());
  const old = storage.get();
  let release;
  const held = new Promise((resolve) => {
    release = resolve;
  });
  const slow = server.client({
    accounts: tokenAccounts(storage),
    fetch: async (url, init) => {
      const answer = await fetch(url, init);
      await held;
      return answer;
    },
  });
  await client.request({ method: 'POST', path: '/logout', body: {}, sessionToken: old });
  const refused = failure(slow.class('Todo').find());
  const values = person();
  await client.users.signUp(values);
  release();
  assert.equal((await refused).kind, 'invalid_session_token');
  assert.equal((await client.users.current()).username, values.username);
});

test('access lists: what others see, and a client that acts as a user', async () => {
  const { storage, client } = fresh();
  const user = await client.users.signUp(person());
  const own = await client.class('Todo').create({ title: 'mine', ACL: { [user.objectId]: { read: true, write: true } } });
  const nobody = client.with({ sessionToken: null });
  assert.equal((await failure(nobody.class('Todo').get(own.objectId))).kind, 'object_not_found');
  const acting = server.client().with({ sessionToken: storage.get() });
  assert.equal((await acting.class('Todo').get(own.objectId)).title, 'mine');
  await acting.users.logOut();
  assert.notEqual(storage.get(), null, 'it has a session of its own to forget');
});

test('logging out ends here also when the server is away', async () => {
  const { storage, client } = fresh();
  await client.users.signUp(person());
  const away = createClient({
    url: 'http://127.0.0.1:9',
    appId: 'x',
    accounts: tokenAccounts(storage),
    fetch: () => Promise.reject(new TypeError('fetch failed')),
  });
  assert.equal((await failure(away.users.logOut())).kind, 'network');
  assert.equal(storage.get(), null);
});

test('a token in the storage of a browser', async () => {
  const kept = new Map();
  const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key) };
  const client = server.client({ accounts: tokenAccounts(webStorage('key', storage)) });
  const { objectId } = await client.users.signUp(person());
  const reloaded = server.client({ accounts: tokenAccounts(webStorage('key', storage)) });
  assert.equal((await reloaded.users.current()).objectId, objectId);
  await reloaded.users.logOut();
  assert.equal(kept.size, 0);
});
