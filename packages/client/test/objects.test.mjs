// Objects of a class against the real server: values of every type there and back, queries, operations, conditions.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as astrolabe from '@astrolabe/client';
import { failure, startWithClasses } from './harness.mjs';

const { geoPoint, pointer, polygon } = astrolabe;
let server;
let client;
let todos;
let lists;
before(async () => {
  server = await startWithClasses();
  client = server.client();
  todos = client.class('Todo');
  lists = client.class('List');
});
after(() => server?.stop());

test('values of every type come back as they were', async () => {
  const list = await lists.create({ name: 'Garden' });
  const values = {
    title: 'Rake',
    done: true,
    votes: 1.5,
    due: new Date('2026-03-01T12:00:00.000Z'),
    tags: ['a', 1, new Date(0), { deep: [true, null] }],
    info: { since: new Date(5), nested: { x: 1 }, createdAt: 'a text of mine' },
    place: geoPoint(48.4, 10),
    area: polygon([[0, 0], [0, 1], [1, 1]]),
    raw: Uint8Array.from({ length: 20_000 }, (_, at) => at % 256),
    list: pointer('List', list.objectId),
  };
  const made = await todos.create({ ...values, nothing: undefined });
  const read = await todos.get(made.objectId);
  for (const object of [made, read]) {
    assert.ok(object.createdAt instanceof Date && object.updatedAt instanceof Date);
    for (const [field, value] of Object.entries(values)) {
      if (field !== 'area') assert.deepEqual(object[field], value, field);
    }
  }
  assert.equal(read.area.__type, 'Polygon');
  assert.equal(made.version, 0, 'a default comes with the answer');
  // What was read can be written back.
  const { objectId, createdAt, updatedAt, others, ...again } = await todos.get(made.objectId, { include: ['list'] });
  assert.equal(again.list.name, 'Garden');
  assert.ok(again.list.createdAt instanceof Date);
  await todos.update(objectId, again);
  assert.deepEqual((await todos.get(objectId)).list, values.list);
});

test('find: conditions, order, pages, include and keys', async () => {
  const list = await lists.create({ name: 'Find' });
  const inList = { list: pointer('List', list.objectId) };
  for (const [at, title] of ['a', 'b', 'c', 'd'].entries()) {
    await todos.create({ title, votes: at % 2, due: new Date(at * 1000), ...inList });
  }
  const titles = async (options) => (await todos.find(options)).map(({ title }) => title).join('');
  assert.equal(await titles({ where: inList, order: 'title' }), 'abcd');
  assert.equal(await titles({ where: inList, order: ['-votes', '-title'] }), 'dbca');
  assert.equal(await titles({ where: { ...inList, due: { $gte: new Date(1000), $lt: new Date(3000) } }, order: 'title' }), 'bc');
  assert.equal(await titles({ where: { ...inList, $or: [{ title: 'a' }, { title: { $in: ['d'] } }] }, order: 'title' }), 'ad');
  assert.equal(await titles({ where: { list: { $inQuery: { className: 'List', where: { name: 'Find' } } } }, order: '-title', skip: 1, limit: 2 }), 'cb');
  const first = await todos.first({ where: inList, order: '-title', include: ['list'], keys: ['title', 'list'] });
  assert.deepEqual([first.title, first.list.name, first.votes], ['d', 'Find', undefined]);
  assert.equal(await todos.first({ where: { title: 'nobody' } }), undefined);
  assert.equal(await todos.count({ where: inList }), 4);
  const page = await todos.findAndCount({ where: inList, limit: 1, order: 'title' });
  assert.deepEqual([page.results.map(({ title }) => title), page.count], [['a'], 4]);
});

test('a query that is too long for an address', async () => {
  const { title } = await todos.create({ title: 'x'.repeat(3000) });
  const found = await todos.find({ where: { title: { $in: [title, 'y'.repeat(3000)] } }, limit: 5 });
  assert.deepEqual(found.map((todo) => todo.title), [title]);
});

test('operations of an update', async () => {
  const { objectId } = await todos.create({ title: 'ops', votes: 1, tags: ['a'], info: { n: 1 } });
  const list = await lists.create({ name: 'Member' });
  const member = pointer('List', list.objectId);
  const answer = await todos.update(objectId, {
    votes: astrolabe.increment(2),
    tags: astrolabe.addUnique('a', 'b'),
    others: astrolabe.addRelation(member),
  });
  assert.deepEqual([answer.objectId, answer.votes, answer.tags], [objectId, 3, ['a', 'b']]);
  assert.ok(answer.updatedAt instanceof Date);
  const members = () => lists.find({ where: { $relatedTo: { object: pointer('Todo', objectId), key: 'others' } } });
  assert.deepEqual((await members()).map(({ name }) => name), ['Member']);
  await todos.update(objectId, { votes: astrolabe.unset(), tags: astrolabe.remove('a'), others: astrolabe.removeRelation(member) });
  const read = await todos.get(objectId);
  assert.deepEqual([read.votes, read.tags, (await members()).length], [undefined, ['b'], 0]);
  await todos.update(objectId, { tags: astrolabe.add('b') });
  assert.deepEqual((await todos.get(objectId)).tags, ['b', 'b']);
});

test('conditions of a write', async () => {
  const { objectId, version } = await todos.create({ title: 'v' });
  const change = { title: 'w', version: astrolabe.increment() };
  await todos.update(objectId, change, { where: { version } });
  const late = await failure(todos.update(objectId, { ...change, title: 'late' }, { where: { version } }));
  assert.deepEqual([late.kind, late.code, late.status], ['condition_not_met', 412, 412]);
  assert.equal((await todos.get(objectId)).title, 'w');
  assert.equal((await failure(todos.delete(objectId, { where: { version: 7 } }))).kind, 'condition_not_met');
  await todos.delete(objectId, { where: { version: 1 } });
  const gone = await failure(todos.get(objectId));
  assert.deepEqual([gone.name, gone.kind, gone.code], ['AstrolabeError', 'object_not_found', 101]);
});

test('sums and distinct values', async () => {
  for (const votes of [1, 2, 2]) await todos.create({ title: 'sum', votes, due: new Date(votes) });
  const where = { title: 'sum' };
  const groups = await todos.aggregate([{ $group: { _id: '$votes', n: { $sum: 1 }, due: { $max: '$due' } } }, { $sort: { objectId: 1 } }], { where });
  assert.deepEqual(groups, [{ objectId: 1, n: 1, due: new Date(1) }, { objectId: 2, n: 2, due: new Date(2) }]);
  assert.deepEqual((await todos.distinct('due', { where })).map(Number).sort(), [1, 2]);
  assert.equal((await failure(lists.aggregate([{ $count: 'n' }]))).status, 403);
});

test('what JSON cannot say is refused before it is sent', async () => {
  const unsayable = [Number.NaN, 1n, Symbol('s'), () => {}, new Map(), new Set(), Promise.resolve(1), /x/, new ArrayBuffer(1)];
  for (const values of [{ due: new Date('never') }, { tags: [Number.POSITIVE_INFINITY] }, ...unsayable.map((value) => ({ info: { value } }))]) {
    const error = await failure(todos.create({ title: 'x', ...values }));
    assert.ok(error instanceof TypeError, String(error));
  }
  const { info } = await todos.create({ title: 'x', info: { url: new URL('http://a/'), of: Object.assign(Object.create(null), { a: 1 }) } });
  assert.deepEqual(info, { url: 'http://a/', of: { a: 1 } });
});
