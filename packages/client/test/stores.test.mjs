// Stores: queries that are kept, changes that are shown at once, and who is signed in.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { memoryStorage, tokenAccounts } from '@astrolabe/client';
import { queryStore, sessionStore } from '@astrolabe/client/stores';
import { failure, startWithClasses } from './harness.mjs';

let server;
before(async () => {
  server = await startWithClasses();
});
after(() => server?.stop());

/** A `load` whose reads end when the test says so: `reads[at].resolve(data)`. */
function controlled() {
  const reads = [];
  const load = (signal) => new Promise((resolve, reject) => reads.push({ signal, resolve, reject }));
  return { reads, load };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));
const shown = ({ status, data, isRefreshing }) => [status, data, isRefreshing];

test('a query is read when somebody watches it, and not before', async () => {
  const { reads, load } = controlled();
  const store = queryStore(load);
  assert.equal(reads.length, 0);
  const states = [];
  const stop = store.subscribe((state) => states.push(shown(state)));
  assert.equal(reads.length, 1);
  const stopOther = store.subscribe(() => {});
  assert.equal(reads.length, 1, 'a second one shares it');
  reads[0].resolve([1]);
  await store.settled();
  assert.deepEqual(states, [['loading', undefined, false], ['loading', undefined, true], ['ready', [1], false]]);
  stop();
  stopOther();
  store.subscribe(() => {})();
  assert.equal(reads.length, 2, 'who comes later sees the old data and has it read again');
  assert.deepEqual(store.get().data, [1]);
  assert.ok(reads[1].signal.aborted, 'a read that nobody waits for ends');
  assert.equal(store.get().isRefreshing, false);
});

test('the newest read counts, whichever ends first', async () => {
  const { reads, load } = controlled();
  const store = queryStore(load);
  store.subscribe(() => {});
  const done = store.refresh();
  assert.ok(reads[0].signal.aborted);
  reads[1].resolve('new');
  reads[0].resolve('old');
  await done;
  await turn();
  assert.equal(store.get().data, 'new');
});

test('a read that fails keeps what was read before', async () => {
  const { reads, load } = controlled();
  const store = queryStore(load, { initial: 'rendered' });
  assert.deepEqual(shown(store.get()), ['ready', 'rendered', false]);
  store.subscribe(() => {});
  reads[0].reject(new Error('away'));
  await store.settled();
  assert.deepEqual([...shown(store.get()), store.get().error.message], ['error', 'rendered', false, 'away']);
  const again = store.refresh();
  reads[1].resolve('fresh');
  await again;
  assert.deepEqual([...shown(store.get()), store.get().error], ['ready', 'fresh', false, undefined]);
  const throwing = queryStore(() => {
    throw new Error('at once');
  });
  await throwing.refresh();
  assert.equal(throwing.get().error.message, 'at once');
});

test('a change is shown at once, and taken back when the write fails', async () => {
  const { reads, load } = controlled();
  const store = queryStore(load);
  store.subscribe(() => {});
  reads[0].resolve(['a']);
  await store.settled();
  let refuse;
  const failing = failure(store.mutate(() => new Promise((_, reject) => (refuse = reject)), (data) => [...data, 'never']));
  let accept;
  const working = store.mutate(() => new Promise((resolve) => (accept = resolve)), (data) => [...data, 'b']);
  assert.deepEqual(store.get().data, ['a', 'never', 'b']);
  refuse(new Error('no'));
  assert.equal((await failing).message, 'no');
  assert.deepEqual(store.get().data, ['a', 'b']);
  accept('done');
  await turn();
  assert.deepEqual([store.get().data, store.get().isRefreshing], [['a', 'b'], true], 'shown until the read has it');
  reads[1].resolve(['a', 'b from the server']);
  assert.equal(await working, 'done');
  assert.deepEqual(store.get().data, ['a', 'b from the server']);
});

test('a read that began before a write does not take its change back', async () => {
  const { reads, load } = controlled();
  const store = queryStore(load);
  store.subscribe(() => {});
  reads[0].resolve(0);
  await store.settled();
  const early = store.refresh();
  let accept;
  const written = store.mutate(() => new Promise((resolve) => (accept = resolve)), (data) => data + 1);
  reads[1].resolve(0);
  await early;
  assert.equal(store.get().data, 1);
  accept();
  await turn();
  reads[2].resolve(1);
  await written;
  assert.equal(store.get().data, 1);
});

test('sources of changes are listened to while somebody watches', async () => {
  const { reads, load } = controlled();
  const changed = new Set();
  const listen = (tell) => {
    changed.add(tell);
    return () => changed.delete(tell);
  };
  const store = queryStore(load, { listen: [listen] });
  assert.equal(changed.size, 0);
  const stop = store.subscribe(() => {});
  for (const tell of changed) tell();
  assert.equal(reads.length, 2);
  stop();
  assert.equal(changed.size, 0);
});

test('a query of the real server is read again when somebody else signs in', async () => {
  const client = server.client({ accounts: tokenAccounts(memoryStorage()) });
  const store = queryStore((signal) => client.class('Todo').find({ where: { title: 'private' }, signal }), {
    listen: client.users.onChange,
  });
  const stop = store.subscribe(() => {});
  await store.settled();
  assert.deepEqual(store.get().data, []);
  const user = await client.users.signUp({ username: 'reader', password: 'secret' });
  const acl = { [user.objectId]: { read: true, write: true } };
  await store.mutate(() => client.class('Todo').create({ title: 'private', ACL: acl }));
  assert.deepEqual(store.get().data.map(({ title }) => title), ['private']);
  await client.users.logOut();
  await store.settled();
  assert.deepEqual(store.get().data, []);
  stop();
});

test('who is signed in', async () => {
  const storage = memoryStorage();
  const client = server.client({ accounts: tokenAccounts(storage) });
  const session = sessionStore(client);
  const states = [];
  const stop = session.subscribe(({ status, user }) => states.push([status, user?.username]));
  await session.settled();
  await session.signUp({ username: 'grace', password: 'secret' });
  await session.logOut();
  await session.logIn({ username: 'grace', password: 'secret' });
  assert.equal((await failure(session.logIn({ username: 'grace', password: 'wrong' }))).kind, 'object_not_found');
  assert.deepEqual(states, [
    ['loading', undefined],
    ['signedOut', undefined],
    ['signedIn', 'grace'],
    ['signedOut', undefined],
    ['signedIn', 'grace'],
  ]);
  await server.client({ accounts: tokenAccounts(memoryStorage(storage.get())) }).users.logOut();
  await failure(client.class('Todo').find());
  await session.settled();
  assert.deepEqual(states.at(-1), ['signedOut', undefined], 'a session that was found to have ended');
  stop();
  const { objectId } = await client.users.logIn({ username: 'grace', password: 'secret' });
  const rendered = sessionStore(client, { initial: { objectId } });
  assert.equal(rendered.get().status, 'signedIn');
});

test('a server that is away says nothing about who is signed in', async () => {
  const away = server.client({
    accounts: tokenAccounts(memoryStorage('r:x')),
    retry: { attempts: 0 },
    fetch: () => Promise.reject(new TypeError('fetch failed')),
  });
  const session = sessionStore(away);
  await session.refresh();
  assert.deepEqual([session.get().status, session.get().error.kind], ['loading', 'network']);
});
