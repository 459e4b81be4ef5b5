import assert from 'node:assert/strict';
import { test } from 'node:test';
import { http, isReference, master, Parse, refusedWith, unique, useServer } from '../harness.mjs';
import { keys } from '../../server.mjs';

useServer();

const schemaOf = className => new Parse.Schema(className).get();

/** What the SDK cannot say, as the master key. */
const putSchema = (className, body) =>
  http('PUT', `/schemas/${className}`, { headers: { 'X-Parse-Master-Key': keys.masterKey }, body });

/** The indexes that were declared; the reference shows a built-in one beside them. */
async function declared(className) {
  const { _id_, ...indexes } = (await schemaOf(className)).indexes ?? {};
  return indexes;
}

test('indexes are added and deleted', async () => {
  const className = unique('Indexed');
  await new Parse.Schema(className)
    .addString('shop')
    .addNumber('price')
    .addIndex('by_shop', { shop: 1 })
    .addIndex('shop_price', { shop: 1, price: -1 })
    .save();
  assert.deepEqual(await declared(className), { by_shop: { shop: 1 }, shop_price: { shop: 1, price: -1 } });
  await new Parse.Schema(className).deleteIndex('by_shop').update();
  await new Parse.Schema(className).addIndex('by_time', { createdAt: -1 }).update();
  assert.deepEqual(await declared(className), { shop_price: { shop: 1, price: -1 }, by_time: { createdAt: -1 } });
  await Parse.Object.saveAll([1, 3, 2].map(price => new Parse.Object(className, { shop: 'a', price })));
  const found = await new Parse.Query(className).equalTo('shop', 'a').descending('price').find();
  assert.deepEqual(found.map(object => object.get('price')), [3, 2, 1]);
});

test('indexes that cannot be', async () => {
  const className = unique('Indexed');
  await new Parse.Schema(className).addString('shop').addIndex('by_shop', { shop: 1 }).save();
  const twice = await refusedWith(102, new Parse.Schema(className).addIndex('by_shop', { createdAt: 1 }).update());
  assert.equal(twice.message, 'Index by_shop exists, cannot update.');
  const missing = await refusedWith(102, new Parse.Schema(className).addIndex('bad', { nothing: 1 }).update());
  assert.equal(missing.message, 'Field nothing does not exist, cannot add index.');
  const nobody = await refusedWith(102, new Parse.Schema(className).deleteIndex('nobody').update());
  assert.equal(nobody.message, 'Index nobody does not exist, cannot delete.');
});

test('a unique index', { skip: isReference }, async () => {
  const className = unique('Indexed');
  await new Parse.Schema(className).addString('sku').addIndex('one', { sku: 1, $unique: true }).save();
  await new Parse.Object(className, { sku: 'a' }).save();
  const error = await refusedWith(Parse.Error.DUPLICATE_VALUE, new Parse.Object(className, { sku: 'a' }).save());
  assert.equal(error.message, 'A duplicate value for a field with unique values was provided: sku');
  await Parse.Object.saveAll([new Parse.Object(className), new Parse.Object(className)]);
});

test('an object that others refer to', { skip: isReference }, async () => {
  const [parentClass, childClass] = [unique('Parent'), unique('Child')];
  await new Parse.Schema(parentClass).save();
  await new Parse.Schema(childClass).addPointer('parent', parentClass).save();
  const field = { type: 'Pointer', targetClass: parentClass };
  const ruled = await putSchema(childClass, { fields: { parent: { ...field, onDelete: 'restrict' } } });
  assert.equal(ruled.status, 200);
  const parent = await new Parse.Object(parentClass).save();
  const child = await new Parse.Object(childClass, { parent }).save();
  const error = await refusedWith(409, parent.destroy());
  assert.ok(error instanceof Parse.Error);
  // The SDK sends fields without their rules, which stay.
  await new Parse.Schema(childClass).addPointer('parent', parentClass, { required: true }).update();
  assert.equal((await schemaOf(childClass)).fields.parent.onDelete, 'restrict');
  await putSchema(childClass, { fields: { parent: { ...field, onDelete: 'cascade' } } });
  await parent.destroy();
  await refusedWith(101, new Parse.Query(childClass).get(child.id, master));
});
