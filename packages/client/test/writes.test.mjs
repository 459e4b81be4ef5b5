// Batches, transactions, parameters and functions against the real server.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AstrolabeError, increment } from '@astrolabe/client';
import { failure, startWithClasses } from './harness.mjs';

let server;
let client;
before(async () => {
  server = await startWithClasses();
  client = server.client();
});
after(() => server?.stop());

test('a batch: each write on its own, in its place', async () => {
  const { objectId } = await client.class('Todo').create({ title: 'one', votes: 1 });
  const { write } = client;
  const [made, failed, changed, refused, gone] = await client.batch([
    write.create('Todo', { title: 'two', due: new Date(0) }),
    write.create('Todo', {}),
    write.update('Todo', objectId, { votes: increment() }),
    write.update('Todo', objectId, { title: 'never' }, { where: { votes: 99 } }),
    write.delete('Todo', 'nobody'),
  ]);
  assert.deepEqual([made.ok, made.value.title, made.value.due, made.value.done], [true, 'two', new Date(0), false]);
  assert.ok(failed.error instanceof AstrolabeError);
  assert.deepEqual([failed.ok, failed.error.kind], [false, 'validation_error']);
  assert.deepEqual([changed.ok, changed.value.votes, changed.value.objectId], [true, 2, objectId]);
  assert.deepEqual([refused.error.kind, gone.error.kind], ['condition_not_met', 'object_not_found']);
  assert.equal((await client.class('Todo').get(objectId)).title, 'one');
  assert.deepEqual(await client.batch([]), []);
});

test('a transaction: all or nothing, and which write was at fault', async () => {
  const lists = client.class('List');
  const a = await lists.create({ name: 'a' });
  const { write } = client;
  const error = await failure(
    client.transaction([write.update('List', a.objectId, { name: 'b' }), write.create('List', { name: 'new' }), write.create('List', {})]),
  );
  assert.deepEqual([error.kind, error.index], ['validation_error', 2]);
  assert.equal(await lists.count({ where: { name: { $in: ['b', 'new'] } } }), 0);
  const [changed, made, gone] = await client.transaction([
    write.update('List', a.objectId, { name: 'b' }, { where: { name: 'a' } }),
    write.create('List', { name: 'new' }),
    write.delete('List', a.objectId),
  ]);
  assert.ok(changed.updatedAt instanceof Date);
  assert.deepEqual([made.name, gone, await lists.count({ where: { name: 'new' } })], ['new', undefined, 1]);
});

test('parameters of the app', async () => {
  await server.master.config.set({ welcome: 'Hello', since: new Date(0), secret: 'x' }, { masterKeyOnly: { secret: true } });
  assert.deepEqual(await client.config.get(), { welcome: 'Hello', since: new Date(0) });
  assert.equal((await server.master.config.get()).secret, 'x');
  assert.equal((await failure(client.config.set({ welcome: 'Bye' }))).status, 403);
  assert.equal((await client.config.get()).welcome, 'Hello');
});

test('a function that the app does not have', async () => {
  const error = await failure(client.call('nothing', { at: new Date(0) }));
  assert.ok(error instanceof AstrolabeError);
  assert.ok([400, 404].includes(error.status), String(error.status));
});

test('a client without the key of the app is refused', async () => {
  const error = await failure(client.with({ restKey: 'wrong' }).class('Todo').find());
  assert.deepEqual([error.kind, error.status, error.code], ['unauthorized', 403, undefined]);
});
