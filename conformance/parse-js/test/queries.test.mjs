import assert from 'node:assert/strict';
import { test } from 'node:test';
import { each, isReference, Parse, refusedWith, unique, useServer } from '../harness.mjs';

const className = unique('Row');
const rows = {};
let target;
let middle;

useServer(async () => {
  target = await new Parse.Object(`${className}Target`, { label: 'target', extra: 1 }).save();
  middle = await new Parse.Object(`${className}Middle`, { label: 'middle', target }).save();
  const attributes = {
    one: { number: 1, text: 'apple', yes: true, at: new Date('2020-01-01'), list: ['a', 'b'], object: { a: 1, deep: { b: 'x' } }, target },
    two: { number: 2.5, text: 'Banana', yes: false, at: new Date('2021-01-01'), list: ['b', 'c'], object: { a: 2 }, middle },
    three: { number: -3, text: 'cherry', list: [], targets: [target] },
    four: { number: null, text: null },
    five: { number: 1, text: 'date', target: Parse.Object.fromJSON({ className: `${className}Target`, objectId: 'gone' }) },
  };
  let rank = 0;
  for (const [name, fields] of Object.entries(attributes)) {
    rows[name] = await new Parse.Object(className, { name, rank: (rank += 1), ...fields }).save();
  }
});

const query = () => new Parse.Query(className);
const names = async build => each(await build(query()).ascending('rank').find(), 'name');

/** What a condition finds, for everybody. */
const conditions = {
  equalTo: [q => q.equalTo('number', 1), ['one', 'five']],
  'equalTo text': [q => q.equalTo('text', 'apple'), ['one']],
  'equalTo boolean': [q => q.equalTo('yes', false), ['two']],
  'equalTo date': [q => q.equalTo('at', new Date('2020-01-01')), ['one']],
  'equalTo null': [q => q.equalTo('number', null), ['four']],
  'equalTo undefined': [q => q.equalTo('number', undefined), ['four']],
  'equalTo pointer': [q => q.equalTo('target', target), ['one']],
  'equalTo nested': [q => q.equalTo('object.a', 1), ['one']],
  'equalTo nested deeper': [q => q.equalTo('object.deep.b', 'x'), ['one']],
  'equalTo two fields': [q => q.equalTo('number', 1).equalTo('text', 'date'), ['five']],
  'equalTo the object in a list': [q => q.equalTo('targets', target), ['three']],
  'equalTo nothing': [q => q.equalTo('text', 'nothing'), []],
  notEqualTo: [q => q.notEqualTo('number', 1), ['two', 'three', 'four']],
  'notEqualTo null': [q => q.notEqualTo('number', null), ['one', 'two', 'three', 'five']],
  'notEqualTo boolean': [q => q.notEqualTo('yes', true), ['two', 'three', 'four', 'five']],
  'notEqualTo pointer': [q => q.notEqualTo('target', target), ['two', 'three', 'four', 'five']],
  lessThan: [q => q.lessThan('number', 1), ['three']],
  lessThanOrEqualTo: [q => q.lessThanOrEqualTo('number', 1), ['one', 'three', 'five']],
  greaterThan: [q => q.greaterThan('number', 1), ['two']],
  greaterThanOrEqualTo: [q => q.greaterThanOrEqualTo('number', 1), ['one', 'two', 'five']],
  between: [q => q.greaterThan('number', -5).lessThan('number', 2), ['one', 'three', 'five']],
  'greaterThan date': [q => q.greaterThan('at', new Date('2020-06-01')), ['two']],
  'lessThanOrEqualTo date': [q => q.lessThanOrEqualTo('at', new Date('2020-01-01')), ['one']],
  'greaterThan text': [q => q.greaterThan('text', 'apple'), ['three', 'five']],
  'lessThan text': [q => q.lessThan('text', 'b'), ['one', 'two']],
  'greaterThan nested': [q => q.greaterThan('object.a', 1), ['two']],
  'greaterThan createdAt': [q => q.greaterThan('createdAt', new Date('2020-01-01')), ['one', 'two', 'three', 'four', 'five']],
  'lessThan updatedAt': [q => q.lessThan('updatedAt', new Date('2020-01-01')), []],
  containedIn: [q => q.containedIn('number', [1, 2.5]), ['one', 'two', 'five']],
  'containedIn texts': [q => q.containedIn('text', ['apple', 'date', 'nothing']), ['one', 'five']],
  'containedIn pointers': [q => q.containedIn('target', [target]), ['one']],
  'containedIn elements': [q => q.containedIn('list', ['a', 'c']), ['one', 'two']],
  'containedIn ids': [q => q.containedIn('objectId', [rows.one.id, 'nothing']), ['one']],
  'notContainedIn where all have a value': [q => q.notContainedIn('rank', [1, 2]), ['three', 'four', 'five']],
  'containedIn and notContainedIn': [q => q.containedIn('number', [1, 2.5]).notContainedIn('number', [1]), ['two']],
  exists: [q => q.exists('text'), ['one', 'two', 'three', 'five']],
  doesNotExist: [q => q.doesNotExist('text'), ['four']],
  'exists pointer': [q => q.exists('target'), ['one', 'five']],
  'doesNotExist of an unknown field': [q => q.doesNotExist('nothing'), ['one', 'two', 'three', 'four', 'five']],
  'exists of an unknown field': [q => q.exists('nothing'), []],
  'equalTo of an unknown field': [q => q.equalTo('nothing', 1), []],
};

for (const [name, [build, expected]] of Object.entries(conditions)) {
  test(name, async () => assert.deepEqual(await names(build), expected));
}

/** What the reference cannot do, or does otherwise, on its PostgreSQL adapter. */
const ours = {
  'equalTo an element': [q => q.equalTo('list', 'b'), ['one', 'two']],
  'notEqualTo date': [q => q.notEqualTo('at', new Date('2020-01-01')), ['two', 'three', 'four', 'five']],
  'containedIn dates': [q => q.containedIn('at', [new Date('2020-01-01')]), ['one']],
  'containedIn nothing': [q => q.containedIn('number', []), []],
  'containedIn nested': [q => q.containedIn('object.a', [1, 2]), ['one', 'two']],
  'notContainedIn finds rows without a value': [q => q.notContainedIn('number', [1]), ['two', 'three', 'four']],
  'notEqualTo an element': [q => q.notEqualTo('list', 'b'), ['three', 'four', 'five']],
  'exists nested': [q => q.exists('object.deep'), ['one']],
};

for (const [name, [build, expected]] of Object.entries(ours)) {
  test(name, { skip: isReference }, async () => assert.deepEqual(await names(build), expected));
}

test('get returns one', async () => {
  const row = await query().get(rows.two.id);
  assert.equal(row.get('name'), 'two');
  assert.equal(row.className, className);
});

test('get of what is not there', async () => {
  const error = await refusedWith(101, query().get('nothing'));
  assert.equal(error.message, 'Object not found.');
});

test('first', async () => {
  assert.equal((await query().descending('rank').first()).get('name'), 'five');
  assert.equal(await query().equalTo('text', 'nothing').first(), undefined);
});

test('ascending and descending', async () => {
  const byNumber = q => q.exists('number').limit(10);
  assert.deepEqual(each(await byNumber(query()).ascending('number').addAscending('rank').find(), 'name'), ['three', 'one', 'five', 'two']);
  assert.deepEqual(each(await byNumber(query()).descending('number').addDescending('rank').find(), 'name'), ['two', 'five', 'one', 'three']);
  assert.deepEqual(each(await byNumber(query()).descending('number').addAscending('rank').find(), 'name'), ['two', 'one', 'five', 'three']);
});

test('text is in the order of its code points', async () => {
  const sorted = await query().exists('text').ascending('text').find();
  assert.deepEqual(each(sorted, 'text'), ['Banana', 'apple', 'cherry', 'date']);
});

test('order by time of creation', async () => {
  assert.deepEqual(each(await query().descending('createdAt').find(), 'name'), ['five', 'four', 'three', 'two', 'one']);
});

test('nulls come first ascending and last descending', { skip: isReference }, async () => {
  assert.equal((await query().ascending('number').first()).get('name'), 'four');
  assert.equal(each(await query().descending('number').find(), 'name').at(-1), 'four');
});

test('order by a bad name', async () => {
  await refusedWith(105, query().ascending('bad-name').find());
});

test('skip and limit', async () => {
  const page = (skip, limit) => query().ascending('rank').skip(skip).limit(limit).find();
  assert.deepEqual(each(await page(0, 2), 'name'), ['one', 'two']);
  assert.deepEqual(each(await page(2, 2), 'name'), ['three', 'four']);
  assert.deepEqual(each(await page(4, 2), 'name'), ['five']);
  assert.deepEqual(await page(100, 2), []);
});

test('limit 0 finds nothing', async () => {
  assert.deepEqual(await query().limit(0).find(), []);
});

test('a find without limit returns a hundred', async () => {
  const many = unique('Many');
  await Parse.Object.saveAll(Array.from({ length: 105 }, () => new Parse.Object(many)));
  assert.equal((await new Parse.Query(many).find()).length, 100);
  assert.equal((await new Parse.Query(many).limit(1000).find()).length, 105);
  assert.equal((await new Parse.Query(many).findAll()).length, 105);
});

test('count', async () => {
  assert.equal(await query().equalTo('number', 1).count(), 2);
  assert.equal(await query().skip(1).limit(1).count(), 5);
  assert.equal(await new Parse.Query(unique('Unknown')).count(), 0);
});

test('withCount', async () => {
  const { results, count } = await query().ascending('rank').limit(2).withCount().find();
  assert.deepEqual(each(results, 'name'), ['one', 'two']);
  assert.equal(count, 5);
  const none = await query().limit(0).withCount().find();
  assert.deepEqual(none, { results: [], count: 5 });
});

test('select returns the named fields and the system\'s', async () => {
  const row = await query().select('number').get(rows.one.id);
  assert.deepEqual(Object.keys(row.attributes).sort(), ['createdAt', 'number', 'updatedAt']);
  const found = await query().equalTo('name', 'one').select(['number', 'text']).first();
  assert.deepEqual(Object.keys(found.attributes).sort(), ['createdAt', 'number', 'text', 'updatedAt']);
});

test('exclude leaves the named fields out', async () => {
  const row = await query().exclude('number', 'text').get(rows.one.id);
  assert.equal(row.has('number'), false);
  assert.equal(row.has('text'), false);
  assert.equal(row.get('name'), 'one');
});

test('a pointer is not filled in unless asked for', async () => {
  const row = await query().get(rows.one.id);
  assert.equal(row.get('target').id, target.id);
  assert.equal(JSON.parse(JSON.stringify(row)).target.label, undefined);
});

test('include fills pointers in', async () => {
  const row = await query().include('target').get(rows.one.id);
  assert.equal(row.get('target').get('label'), 'target');
  assert.ok(row.get('target').createdAt instanceof Date);
  const found = await query().equalTo('name', 'one').include('target').first();
  assert.equal(found.get('target').get('label'), 'target');
});

test('include goes deep', async () => {
  const row = await query().include('middle.target').get(rows.two.id);
  assert.equal(row.get('middle').get('label'), 'middle');
  assert.equal(row.get('middle').get('target').get('label'), 'target');
});

test('include fills lists in', async () => {
  const row = await query().include('targets').get(rows.three.id);
  assert.equal(row.get('targets')[0].get('label'), 'target');
});

test('include of several and of all', async () => {
  const several = await query().include('target', 'middle').ascending('rank').find();
  assert.equal(several[0].get('target').get('label'), 'target');
  assert.equal(several[1].get('middle').get('label'), 'middle');
  const [one] = await query().includeAll().ascending('rank').find();
  assert.equal(one.get('target').get('label'), 'target');
});

test('include of what is not there', async () => {
  const five = await query().include('target').get(rows.five.id);
  assert.equal(five.get('target'), undefined);
  const four = await query().include('target', 'nothing').get(rows.four.id);
  assert.equal(four.get('name'), 'four');
});

test('select of a field of what is included', async () => {
  const row = await query().equalTo('name', 'one').include('target').select('target.label').first();
  assert.equal(row.get('target').get('label'), 'target');
  assert.equal(row.get('target').toJSON().extra, undefined);
});

test('each visits every row once', async () => {
  const seen = [];
  await query().each(row => void seen.push(row.get('name')));
  assert.deepEqual(seen.sort(), ['five', 'four', 'one', 'three', 'two']);
});

test('eachBatch, map, filter and reduce', async () => {
  const sizes = [];
  await query().eachBatch(batch => void sizes.push(batch.length), { batchSize: 2 });
  assert.deepEqual(sizes, [2, 2, 1]);
  const ranks = await query().map(row => row.get('rank'));
  assert.deepEqual(ranks.sort(), [1, 2, 3, 4, 5]);
  assert.equal((await query().filter(row => row.get('rank') > 3)).length, 2);
  assert.equal(await query().reduce((sum, row) => sum + row.get('rank'), 0), 15);
});

test('an unknown class is empty', async () => {
  assert.deepEqual(await new Parse.Query(unique('Unknown')).find(), []);
  await refusedWith(101, new Parse.Query(unique('Unknown')).get('nothing'));
});

test('a query survives JSON', async () => {
  const built = query().equalTo('number', 1).ascending('rank').limit(1);
  const again = Parse.Query.fromJSON(className, built.toJSON());
  assert.deepEqual(each(await again.find(), 'name'), ['one']);
});

test('a field that was unset is as one that never was', async () => {
  const name = unique('Null');
  const row = await new Parse.Object(name, { value: 1 }).save();
  row.unset('value');
  await row.save();
  assert.equal(await new Parse.Query(name).doesNotExist('value').count(), 1);
  assert.equal(await new Parse.Query(name).equalTo('value', null).count(), 1);
  assert.equal(await new Parse.Query(name).exists('value').count(), 0);
});

test('hostile values are plain values', async () => {
  const name = unique('Hostile');
  const values = [`'; DROP TABLE x; --`, '"', '\\', '%', '_', '$1', '{"$ne":1}', 'null', ''];
  await Parse.Object.saveAll(values.map(value => new Parse.Object(name, { value })));
  for (const value of values) {
    const found = await new Parse.Query(name).equalTo('value', value).find();
    assert.deepEqual(each(found, 'value'), [value]);
  }
});
