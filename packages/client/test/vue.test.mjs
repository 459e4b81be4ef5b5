// The composables, in the real Vue: on a server that renders, and in a scope as components have it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { memoryStorage, tokenAccounts } from '@astrolabe/client';
import { astrolabe, useClient, useMutation, useQuery, useSession, useUser } from '@astrolabe/client/vue';
import { createSSRApp, defineComponent, effectScope, h, nextTick, ref } from 'vue';
import { renderToString } from 'vue/server-renderer';
import { startWithClasses } from './harness.mjs';

let server;
let client;
before(async () => {
  server = await startWithClasses();
  client = server.client();
  for (const title of ['a', 'b']) await client.class('Todo').create({ title, votes: title === 'a' ? 1 : 2 });
});
after(() => server?.stop());

const inScope = (setup) => {
  const scope = effectScope();
  return { ...scope.run(setup), end: () => scope.stop() };
};
/** Waits until something holds. */
async function until(holds) {
  const deadline = performance.now() + 20_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('It never came to be.');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

test('a server renders what a query finds', async () => {
  const Todos = defineComponent({
    setup() {
      const own = useClient();
      const { data, status } = useQuery((signal) => own.class('Todo').find({ order: 'title', keys: ['title'], signal }));
      const user = useUser(own);
      return () => h('p', [status.value, ':', data.value?.map(({ title }) => title).join(), ':', user.value === null ? 'nobody' : 'somebody']);
    },
  });
  const html = await renderToString(createSSRApp(Todos).use(astrolabe(client)));
  assert.equal(html.replace(/<!--.*?-->/g, ''), '<p>ready:a,b:nobody</p>');
  const bare = createSSRApp({});
  assert.throws(() => bare.runWithContext(() => useClient()), /app\.use\(astrolabe\(client\)\)/);
});

test('a query follows what it looked at, and ends with the component', async () => {
  const votes = ref(1);
  const signals = [];
  const { data, status, end } = inScope(() =>
    useQuery((signal) => {
      signals.push(signal);
      return client.class('Todo').find({ where: { votes: votes.value }, signal });
    }),
  );
  assert.equal(status.value, 'loading');
  await until(() => data.value?.[0]?.title === 'a');
  votes.value = 2;
  await until(() => data.value?.[0]?.title === 'b');
  assert.equal(signals.length, 2);
  votes.value = 3;
  await nextTick();
  assert.equal(signals.length, 3);
  end();
  assert.ok(signals[2].aborted);
  votes.value = 4;
  await nextTick();
  assert.equal(signals.length, 3);
});

test('a mutation shows its change at once, and says how it went', async () => {
  const where = { title: 'mutation' };
  const { objectId } = await client.class('Todo').create({ ...where, votes: 1 });
  const { query, vote, end } = inScope(() => {
    const query = useQuery((signal) => client.class('Todo').first({ where, signal }));
    const vote = useMutation((by) =>
      query.mutate(() => client.class('Todo').update(objectId, { votes: by }), (todo) => ({ ...todo, votes: by })),
    );
    return { query, vote };
  });
  await until(() => query.data.value);
  const running = vote.run(5);
  assert.deepEqual([query.data.value.votes, vote.isRunning.value], [5, true]);
  assert.equal((await running).ok, true);
  assert.deepEqual([query.data.value.votes, vote.isRunning.value, vote.error.value], [5, false, undefined]);
  assert.equal((await client.class('Todo').get(objectId)).votes, 5);
  const refused = vote.run('many');
  assert.equal(query.data.value.votes, 'many');
  const { ok, error } = await refused;
  assert.deepEqual([ok, error.kind, vote.error.value.kind, query.data.value.votes], [false, 'incorrect_type', 'incorrect_type', 5]);
  vote.reset();
  assert.equal(vote.error.value, undefined);
  end();
});

test('all components of a client share who is signed in', async () => {
  const requests = [];
  const counting = server.client({
    accounts: tokenAccounts(memoryStorage()),
    fetch: (url, init) => (requests.push(url), fetch(url, init)),
  });
  const { session, user, end } = inScope(() => ({ session: useSession(counting), user: useUser(counting) }));
  await until(() => session.status.value === 'signedOut');
  await session.signUp({ username: 'vue', password: 'secret' });
  assert.deepEqual([session.status.value, user.value.username], ['signedIn', 'vue']);
  await session.logOut();
  assert.equal(user.value, null);
  assert.deepEqual(requests.map((url) => url.split('/').at(-1)), ['users', 'logout']);
  end();
});
