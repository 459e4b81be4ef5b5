// Aggregations and distinct values with the methods of the SDK.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Parse, isReference, master, refusedWith, signUp, unique, useServer } from '../harness.mjs';

useServer();

const className = unique('Sale');
const Sale = Parse.Object.extend(className);
const query = () => new Parse.Query(className);

async function makeSales() {
  const shop = await new Parse.Object(unique('Shop')).save({ name: 'north' });
  const rows = [
    { name: 'apple', kind: 'fruit', price: 1, amount: 10, at: new Date('2020-01-05T10:00:00Z'), tags: ['red', 'sweet'], shop },
    { name: 'pear', kind: 'fruit', price: 2.5, amount: 4, at: new Date('2021-02-28T23:00:00Z'), tags: ['sweet'], shop },
    { name: 'leek', kind: 'vegetable', price: 0.5, amount: 30, at: new Date('2021-12-31T00:00:00Z'), tags: [] },
  ];
  await Parse.Object.saveAll(rows.map(fields => new Sale(fields)));
  return shop;
}

let shop;
test('rows are made', async () => {
  shop = await makeSales();
});

test('aggregate groups and sums', async () => {
  const pipeline = [{ $group: { _id: '$kind', total: { $sum: '$amount' }, rows: { $sum: 1 } } }, { $sort: { total: 1 } }];
  assert.deepEqual(await query().aggregate(pipeline), [
    { objectId: 'fruit', total: 14, rows: 2 },
    { objectId: 'vegetable', total: 30, rows: 1 },
  ]);
});

test('aggregate takes one stage as an object', async () => {
  const [all] = await query().aggregate({ $group: { _id: null, most: { $max: '$price' }, mean: { $avg: '$amount' } } });
  assert.equal(all.most, 2.5);
  assert.ok(Math.abs(all.mean - 44 / 3) < 1e-9);
});

test('the conditions of the query come first', async () => {
  const found = await query().equalTo('kind', 'fruit').greaterThan('price', 2).aggregate([{ $project: { name: 1 } }]);
  assert.deepEqual(found.map(row => row.name), ['pear']);
});

test('a pointer is a condition, a group and a value', { skip: isReference }, async () => {
  const rows = await query().equalTo('shop', shop).aggregate([{ $group: { _id: '$shop', rows: { $sum: 1 }, shops: { $addToSet: '$shop' } } }]);
  assert.deepEqual(rows, [{ objectId: shop.id, rows: 2, shops: [shop.toPointer()] }]);
});

test('dates go in and come out', { skip: isReference }, async () => {
  const pipeline = [
    { $match: { at: { $gte: new Date('2021-01-01T00:00:00Z') } } },
    { $sort: { at: 1 } },
    { $group: { _id: { $year: '$at' }, last: { $max: '$at' }, days: { $push: { $dateToString: { date: '$at', format: '%d.%m.' } } } } },
  ];
  assert.deepEqual(await query().aggregate(pipeline), [
    { objectId: 2021, last: { __type: 'Date', iso: '2021-12-31T00:00:00.000Z' }, days: ['28.02.', '31.12.'] },
  ]);
});

test('computed fields, elements of lists and conditions on groups', { skip: isReference }, async () => {
  const pipeline = [
    { $sort: { name: 1 } },
    { $addFields: { worth: { $multiply: ['$price', '$amount'] } } },
    { $unwind: '$tags' },
    { $group: { _id: '$tags', worth: { $sum: '$worth' }, names: { $push: '$name' } } },
    { $match: { worth: { $gt: 10 } } },
  ];
  assert.deepEqual(await query().aggregate(pipeline), [{ objectId: 'sweet', worth: 20, names: ['apple', 'pear'] }]);
});

test('distinct', async () => {
  assert.deepEqual((await query().distinct('kind')).sort(), ['fruit', 'vegetable']);
  assert.deepEqual((await query().distinct('tags')).sort(), ['red', 'sweet']);
  assert.deepEqual(await query().equalTo('kind', 'vegetable').distinct('price'), [0.5]);
  assert.deepEqual(await query().distinct('shop'), [shop.toPointer()]);
  assert.deepEqual(await query().distinct('nothing'), []);
});

test('stages that do not exist are refused by name', { skip: isReference }, async () => {
  const error = await refusedWith(102, query().aggregate([{ $lookup: {} }]));
  assert.match(error.message, /\$lookup/);
});

test('a query is explained with the master key', { skip: isReference }, async () => {
  const plan = await query().equalTo('kind', 'fruit').explain().find(master);
  assert.match(JSON.stringify(plan), /scan/i);
  await refusedWith(102, query().explain().find());
});

test('clients aggregate where the class gives it, and only what they may read', { skip: isReference }, async () => {
  const name = unique('Open');
  const ann = await signUp();
  await new Parse.Object(name, { n: 1 }).save();
  const own = new Parse.Object(name, { n: 10 });
  own.setACL(new Parse.ACL(ann));
  await own.save();
  const count = options => Parse.CoreManager.getRESTController()
    .request('GET', `aggregate/${name}`, { pipeline: [{ $group: { _id: null, total: { $sum: '$n' } } }] }, options)
    .then(({ results }) => results[0].total);
  await assert.rejects(count({}));
  const permissions = { find: { '*': true }, get: { '*': true }, aggregate: { '*': true } };
  await new Parse.Schema(name).setCLP(permissions).update();
  assert.equal(await count({}), 11);
  await Parse.User.logOut();
  assert.equal(await count({}), 1);
});
