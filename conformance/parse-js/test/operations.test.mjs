import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isReference, Parse, refusedWith, rest, unique, useServer } from '../harness.mjs';

useServer();

const stored = object => new Parse.Query(object.className).get(object.id);
const create = attributes => new Parse.Object(unique('Operation'), attributes).save();
/** The same object as another client sees it. */
const elsewhere = ({ className, id }) => {
  const object = new Parse.Object(className);
  object.id = id;
  return object;
};
/** The reference forgets the order of a list when it adds to it. */
const inOrder = list => (isReference ? [...list].sort() : list);

test('increment returns what others counted too', async () => {
  const counter = await create({ n: 1 });
  await elsewhere(counter).save({ n: 10 });
  counter.increment('n');
  await counter.save();
  assert.equal(counter.get('n'), 11);
  counter.increment('n', 2.5);
  await counter.save();
  assert.equal(counter.get('n'), 13.5);
  counter.decrement('n', 3.5);
  await counter.save();
  assert.equal((await stored(counter)).get('n'), 10);
});

test('increment of a field that is not there', async () => {
  const counter = await create({});
  counter.increment('n', 5);
  await counter.save();
  assert.equal(counter.get('n'), 5);
  assert.equal((await stored(counter)).get('n'), 5);
});

test('increment at creation', async () => {
  const counter = new Parse.Object(unique('Operation'));
  counter.increment('n', 3);
  await counter.save();
  assert.equal(counter.get('n'), 3);
  assert.equal((await stored(counter)).get('n'), 3);
});

test('concurrent increments are all counted', async () => {
  const counter = await create({ n: 0 });
  await Promise.all(
    Array.from({ length: 20 }, () => {
      const copy = elsewhere(counter);
      copy.increment('n');
      return copy.save();
    }),
  );
  assert.equal((await stored(counter)).get('n'), 20);
});

test('add appends', async () => {
  const object = await create({ list: ['a'] });
  await elsewhere(object).save({ list: ['a', 'b'] });
  object.add('list', 'c');
  await object.save();
  assert.deepEqual(inOrder(object.get('list')), ['a', 'b', 'c']);
  object.addAll('list', ['d', 'e']);
  await object.save();
  assert.deepEqual(inOrder((await stored(object)).get('list')), ['a', 'b', 'c', 'd', 'e']);
});

test('add to a field that is not there', async () => {
  const object = await create({});
  object.add('list', 1);
  await object.save();
  assert.deepEqual((await stored(object)).get('list'), [1]);
});

test('add keeps duplicates', async () => {
  const object = await create({ list: ['a'] });
  object.add('list', 'a');
  await object.save();
  assert.deepEqual(object.get('list'), ['a', 'a']);
});

test('addUnique adds what is missing', async () => {
  const object = await create({ list: ['a', 'b'] });
  object.addUnique('list', 'b');
  object.addUnique('list', 'c');
  await object.save();
  assert.deepEqual(inOrder(object.get('list')), ['a', 'b', 'c']);
  object.addAllUnique('list', ['c', 'd']);
  await object.save();
  assert.deepEqual(inOrder((await stored(object)).get('list')), ['a', 'b', 'c', 'd']);
});

test('addUnique compares objects and pointers by what they are', async () => {
  const child = await create({});
  const object = await create({ list: [{ a: 1 }], pointers: [child] });
  const copy = elsewhere(object);
  copy.addUnique('list', { a: 1 });
  copy.addUnique('pointers', child);
  await copy.save();
  assert.equal(copy.get('list').length, 1);
  assert.equal(copy.get('pointers').length, 1);
});

test('remove takes every equal value out', async () => {
  const child = await create({});
  const object = await create({ list: ['a', 'b', 'a', { x: 1 }], pointers: [child] });
  object.remove('list', 'a');
  object.remove('pointers', child);
  await object.save();
  assert.deepEqual(object.get('list'), ['b', { x: 1 }]);
  assert.deepEqual(object.get('pointers'), []);
  object.removeAll('list', ['b', { x: 1 }]);
  await object.save();
  assert.deepEqual((await stored(object)).get('list'), []);
});

test('unset removes a field', async () => {
  const object = await create({ text: 'a', number: 1 });
  object.unset('text');
  await object.save();
  const again = await stored(object);
  assert.equal(again.has('text'), false);
  assert.equal(again.get('number'), 1);
  await object.save({ text: 'b' });
  assert.equal((await stored(object)).get('text'), 'b');
});

test('unset of every type of field', async () => {
  const object = await create({ at: new Date(), yes: true, list: [1], object: { a: 1 }, place: new Parse.GeoPoint(1, 2) });
  for (const field of ['at', 'yes', 'list', 'object', 'place']) object.unset(field);
  await object.save();
  assert.deepEqual(Object.keys((await stored(object)).attributes).sort(), ['createdAt', 'updatedAt']);
});

test('dotted names reach into objects', async () => {
  const object = await create({ settings: { volume: 1, name: 'a' } });
  object.set('settings.name', 'b');
  object.increment('settings.volume', 2);
  await object.save();
  const again = await stored(object);
  assert.deepEqual(again.get('settings'), { volume: 3, name: 'b' });
});

test('several operations in one save', async () => {
  const object = await create({ n: 1, list: [], text: 'a', gone: 1 });
  object.increment('n');
  object.add('list', 1);
  object.set('text', 'b');
  object.unset('gone');
  await object.save();
  const again = await stored(object);
  assert.deepEqual([again.get('n'), again.get('list'), again.get('text'), again.has('gone')], [2, [1], 'b', false]);
});

test('operations of the wrong type are refused', async () => {
  const object = await create({ text: 'a', n: 1, list: [1] });
  const copies = [
    copy => copy.increment('text'),
    copy => copy.add('n', 1),
    copy => copy.increment('list'),
  ];
  for (const spoil of copies) {
    const copy = elsewhere(object);
    spoil(copy);
    await refusedWith(111, copy.save());
  }
  assert.deepEqual((await stored(object)).get('text'), 'a');
});

test('revert forgets what was not saved', async () => {
  const object = await create({ n: 1 });
  object.set('n', 2);
  object.revert();
  await object.save();
  assert.equal((await stored(object)).get('n'), 1);
});

test('a relation adds, finds and removes', async () => {
  const parent = await create({});
  const [a, b] = await Parse.Object.saveAll(['a', 'b'].map(name => new Parse.Object(`${parent.className}Child`, { name })));
  parent.relation('children').add([a, b]);
  await parent.save();
  const names = async () => {
    const children = await (await stored(parent)).relation('children').query().ascending('name').find();
    return children.map(child => child.get('name'));
  };
  assert.deepEqual(await names(), ['a', 'b']);
  parent.relation('children').remove(a);
  await parent.save();
  assert.deepEqual(await names(), ['b']);
  parent.relation('children').add(a);
  parent.relation('children').remove(b);
  await parent.save();
  assert.deepEqual(await names(), ['a']);
});

test('a relation is a stub in what is read', async () => {
  const parent = await create({});
  parent.relation('children').add(await new Parse.Object(`${parent.className}Child`).save());
  await parent.save();
  const again = await stored(parent);
  assert.ok(again.get('children') instanceof Parse.Relation);
  assert.equal(again.get('children').targetClassName, `${parent.className}Child`);
});

test('a relation is queried with conditions and counted', async () => {
  const parent = await create({});
  const children = [1, 2, 3].map(n => new Parse.Object(`${parent.className}Child`, { n }));
  await Parse.Object.saveAll(children);
  parent.relation('children').add(children.slice(0, 2));
  await parent.save();
  const query = parent.relation('children').query();
  assert.equal(await query.count(), 2);
  query.greaterThan('n', 1);
  assert.deepEqual((await query.find()).map(child => child.get('n')), [2]);
});

test('parents are found by a child of a relation', async () => {
  const parent = await create({});
  const child = await new Parse.Object(`${parent.className}Child`).save();
  parent.relation('children').add(child);
  await parent.save();
  await new Parse.Object(parent.className).save();
  const found = await new Parse.Query(parent.className).equalTo('children', child).find();
  assert.deepEqual(found.map(({ id }) => id), [parent.id]);
});

test('dotted unset takes a key out of an object', async () => {
  const object = await create({ settings: { volume: 1, name: 'a', deep: { b: 1, c: 2 } } });
  object.unset('settings.name');
  await object.save();
  assert.deepEqual((await stored(object)).get('settings'), { volume: 1, deep: { b: 1, c: 2 } });
});

test('dotted names of three parts keep what stands beside them', { skip: isReference }, async () => {
  const object = await create({ settings: { name: 'a', deep: { b: 1, c: 2 } } });
  const fields = { 'settings.deep.b': { __op: 'Increment', amount: 5 }, 'settings.deep.d': 'x' };
  await rest('PUT', `classes/${object.className}/${object.id}`, fields);
  await rest('PUT', `classes/${object.className}/${object.id}`, { 'settings.deep.c': { __op: 'Delete' } });
  assert.deepEqual((await stored(object)).get('settings'), { name: 'a', deep: { b: 6, d: 'x' } });
});

test('dotted increments of many at once are all counted', async () => {
  const object = await create({ counts: { a: 0 } });
  const increment = () => rest('PUT', `classes/${object.className}/${object.id}`, { 'counts.a': { __op: 'Increment', amount: 1 } });
  await Promise.all(Array.from({ length: 10 }, increment));
  assert.deepEqual((await stored(object)).get('counts'), { a: 10 });
});

test('the answer to a save tells what atomic operations came to, and nothing else', async () => {
  const object = await create({ n: 1, list: ['a'], unique: ['a'], less: ['a', 'b'], text: 'a', gone: 1 });
  const { updatedAt, ...echo } = await rest('PUT', `classes/${object.className}/${object.id}`, {
    n: { __op: 'Increment', amount: 2 },
    list: { __op: 'Add', objects: ['b'] },
    unique: { __op: 'AddUnique', objects: ['a'] },
    less: { __op: 'Remove', objects: ['a'] },
    gone: { __op: 'Delete' },
    text: 'b',
  });
  assert.equal(typeof updatedAt, 'string');
  assert.deepEqual([echo.n, inOrder(echo.list), echo.unique, echo.less], [3, ['a', 'b'], ['a'], ['b']]);
  assert.equal(echo.text, undefined);
});

test('an unknown operation is refused', async () => {
  const object = await create({ n: 1 });
  await refusedWith(isReference ? 1 : 108, rest('PUT', `classes/${object.className}/${object.id}`, { n: { __op: 'Multiply', amount: 2 } }));
});
