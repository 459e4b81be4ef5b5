import assert from 'node:assert/strict';
import { test } from 'node:test';
import { each, isReference, Parse, refusedWith, unique, useServer } from '../harness.mjs';

const className = unique('Row');
const City = `${className}City`;

useServer(async () => {
  const cities = [['Ulm', 120], ['Bern', 140], ['Oslo', 700]].map(([name, size]) => new Parse.Object(City, { name, size }));
  await Parse.Object.saveAll(cities);
  const [ulm, bern, oslo] = cities;
  const attributes = [
    { name: 'one', number: 1, text: 'Alpha beta', list: [1, 2, 3], words: ['red', 'green'], town: 'Ulm', city: ulm, map: { a: { b: 1 } } },
    { name: 'two', number: 2, text: 'beta.gamma', list: [1, 2], words: ['rose', 'grey'], town: 'Bern', city: bern, map: { a: { b: 2 } } },
    { name: 'three', number: 3, text: 'gamma\nBETA', list: [4], words: ['blue'], town: 'Rome', city: oslo, map: { c: 'x' } },
    { name: 'four', number: 4, text: '50% (a+b)', list: [] },
  ];
  for (const fields of attributes) await new Parse.Object(className, fields).save();
});

const query = () => new Parse.Query(className);
const cities = () => new Parse.Query(City);
const equals = number => query().equalTo('number', number);
const names = async built => each(await built.ascending('number').find(), 'name');

/** What a condition finds, for everybody. */
const conditions = {
  'containsAll asks for every element': [() => query().containsAll('list', [2, 1]), ['one', 'two']],
  'containsAll with equalTo an element': [() => query().containsAll('list', [1]).equalTo('name', 'two'), ['two']],
  'containsAllStartingWith asks for a beginning of each': [() => query().containsAllStartingWith('words', ['r', 'gre']), ['one', 'two']],
  'startsWith takes the text as it is': [() => query().startsWith('text', 'beta.'), ['two']],
  'startsWith knows case': [() => query().startsWith('text', 'alpha'), []],
  'startsWith of signs that regular expressions know': [() => query().startsWith('text', '50% (a+'), ['four']],
  'endsWith takes the text as it is': [() => query().endsWith('text', '(a+b)'), ['four']],
  'contains takes the text as it is': [() => query().contains('text', 'a.g'), ['two']],
  'matches is found anywhere': [() => query().matches('text', /b.ta/), ['one', 'two']],
  'matches without case': [() => query().matches('text', /BETA/i), ['one', 'two', 'three']],
  'matches with modifiers as a text': [() => query().matches('text', '^alpha', 'i'), ['one']],
  'matches with free spacing': [() => query().matches('text', '^ Al pha', 'x'), ['one']],
  'or of two queries': [() => Parse.Query.or(equals(1), equals(3)), ['one', 'three']],
  'or beside another condition': [() => Parse.Query.or(equals(1), equals(3)).equalTo('town', 'Rome'), ['three']],
  'and of two queries': [() => Parse.Query.and(query().greaterThan('number', 1), query().lessThan('number', 3)), ['two']],
  'nor of two queries': [() => Parse.Query.nor(equals(1), equals(3)), ['two', 'four']],
  'or inside and': [() => Parse.Query.and(Parse.Query.or(equals(1), equals(2)), Parse.Query.or(equals(2), equals(3))), ['two']],
  'matchesQuery follows a pointer': [() => query().matchesQuery('city', cities().greaterThan('size', 130)), ['two', 'three']],
  'doesNotMatchQuery': [() => query().exists('city').doesNotMatchQuery('city', cities().greaterThan('size', 130)), ['one']],
  'matchesQuery inside matchesQuery': [
    () => query().matchesQuery('city', cities().matchesKeyInQuery('name', 'town', query().equalTo('number', 2))), ['two']],
  'matchesKeyInQuery': [() => query().matchesKeyInQuery('town', 'name', cities()), ['one', 'two']],
  'doesNotMatchKeyInQuery': [() => query().exists('town').doesNotMatchKeyInQuery('town', 'name', cities()), ['three']],
  'a condition on a dotted name': [() => query().greaterThan('map.a.b', 1), ['two']],
};

for (const [name, [build, expected]] of Object.entries(conditions)) {
  test(name, async () => assert.deepEqual(await names(build()), expected));
}

/** What the reference cannot do, or does otherwise, on its PostgreSQL adapter. */
const ours = {
  'containedBy allows no other element': [() => query().containedBy('list', [1, 2, 5]), ['two', 'four']],
  'matches with a dot that takes a line break': [() => query().matches('text', 'gamma.BETA', 's'), ['three']],
  'matches line by line': [() => query().matches('text', '^BETA', 'm'), ['three']],
  'matches a dotted name': [() => query().matches('map.c', /^X$/i), ['three']],
  'doesNotMatchQuery finds rows without a pointer': [
    () => query().doesNotMatchQuery('city', cities().greaterThan('size', 130)), ['one', 'four']],
};

for (const [name, [build, expected]] of Object.entries(ours)) {
  test(name, { skip: isReference }, async () => assert.deepEqual(await names(build()), expected));
}

test('descending by a dotted name', { skip: isReference }, async () => {
  assert.deepEqual(each(await query().exists('map.a').descending('map.a.b').find(), 'name'), ['two', 'one']);
});

test('a pattern that is none is refused', async () => {
  await refusedWith(isReference ? 1 : 102, query().matches('text', '(').find());
});

test('a pattern with look-around is refused by name', { skip: isReference }, async () => {
  await refusedWith(102, query().matches('text', '(?=a)a').find());
});

test('a hint is for the master key', { skip: isReference }, async () => {
  await refusedWith(119, query().hint('_id_').find());
  assert.ok((await query().hint('_id_').find({ useMasterKey: true })).length > 0);
  await refusedWith(102, query().hint('no_such_index').find({ useMasterKey: true }));
});

test('a count has the conditions of the find', async () => {
  assert.equal(await Parse.Query.or(equals(1), equals(3)).count(), 2);
  assert.equal(await query().matchesQuery('city', cities().greaterThan('size', 130)).count(), 2);
});

test('findAll goes over the pages of a condition', async () => {
  const found = await query().greaterThan('number', 1).findAll({ batchSize: 1 });
  assert.deepEqual(each(found, 'name').sort(), ['four', 'three', 'two']);
});

test('each keeps the conditions, the selection and what is included', async () => {
  const seen = [];
  const visit = row => void seen.push([row.get('name'), row.get('town'), row.get('city').get('name')]);
  await query().lessThan('number', 3).select('name', 'city').include('city').each(visit);
  assert.deepEqual(seen.sort(), [['one', undefined, 'Ulm'], ['two', undefined, 'Bern']]);
});

test('exclude reaches into what is included', { skip: isReference }, async () => {
  const row = await query().equalTo('name', 'one').include('city').exclude('city.size').first();
  assert.equal(row.get('city').get('name'), 'Ulm');
  assert.equal(row.get('city').get('size'), undefined);
});

test('a comment and a read preference change nothing', async () => {
  assert.deepEqual(await names(equals(2).comment('from a test').readPreference('PRIMARY')), ['two']);
});
