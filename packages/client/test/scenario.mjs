// What a site does, in any runtime: accounts, objects, values of every kind, errors, signals, stores. Answers what it saw.
import { addUnique, createClient, geoPoint, increment, isAstrolabeError, pointer } from '@astrolabe/client';
import { queryStore, sessionStore } from '@astrolabe/client/stores';

const kindOf = (promise) => promise.then(() => 'no error', (error) => (isAstrolabeError(error) ? error.kind : error.message));

export async function scenario({ url, appId, restKey, name }) {
  const client = createClient({ url, appId, restKey });
  const session = sessionStore(client);
  const stop = session.subscribe(() => {});
  await session.signUp({ username: name, password: 'secret' });
  const todos = client.class('Todo');
  const list = await client.class('List').create({ name });
  const due = new Date(1_000);
  const made = await todos.create({ title: name, due, raw: Uint8Array.of(1, 2), place: geoPoint(1, 2), list: pointer('List', list.objectId) });
  await todos.update(made.objectId, { votes: increment(2), tags: addUnique('a') });
  const store = queryStore((signal) => todos.find({ where: { title: name }, include: ['list'], signal }));
  await store.refresh();
  const [read] = store.get().data;
  const { write } = client;
  const transaction = await kindOf(client.transaction([write.delete('Todo', made.objectId), write.create('Todo', {})]));
  const controller = new AbortController();
  const aborted = kindOf(todos.find({ signal: controller.signal }));
  controller.abort(new Error('aborted'));
  const seen = {
    user: session.get().user.username,
    due: read.due.getTime(),
    raw: [...read.raw],
    votes: read.votes,
    tags: read.tags,
    list: read.list.name,
    count: await todos.count({ where: { title: name } }),
    missing: await kindOf(todos.get('nobody')),
    transaction,
    aborted: await aborted,
  };
  await session.logOut();
  stop();
  return { ...seen, status: session.get().status };
}

/** What every runtime has to see. */
export const expected = (name) => ({
  user: name,
  due: 1_000,
  raw: [1, 2],
  votes: 2,
  tags: ['a'],
  list: name,
  count: 1,
  missing: 'object_not_found',
  transaction: 'validation_error',
  aborted: 'aborted',
  status: 'signedOut',
});
