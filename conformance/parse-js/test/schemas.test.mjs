import assert from 'node:assert/strict';
import { test } from 'node:test';
import { http, master, Parse, refusedWith, unique, useServer } from '../harness.mjs';

useServer();

const schemaOf = className => new Parse.Schema(className).get();

test('a new class has the fields of every class', async () => {
  const className = unique('Made');
  const made = await new Parse.Schema(className).save();
  assert.equal(made.className, className);
  assert.deepEqual(made.fields, {
    objectId: { type: 'String' },
    createdAt: { type: 'Date' },
    updatedAt: { type: 'Date' },
    ACL: { type: 'ACL' },
  });
  assert.deepEqual(made.classLevelPermissions.find, { '*': true });
});

test('every type of field', async () => {
  const className = unique('Made');
  const schema = new Parse.Schema(className)
    .addString('text')
    .addNumber('number')
    .addBoolean('yes')
    .addDate('at')
    .addObject('object')
    .addArray('list')
    .addGeoPoint('place')
    .addPolygon('area')
    .addBytes('bytes')
    .addFile('file')
    .addPointer('user', '_User')
    .addRelation('users', '_User');
  await schema.save();
  const { fields } = await schemaOf(className);
  const types = Object.fromEntries(Object.entries(fields).map(([name, { type }]) => [name, type]));
  assert.deepEqual(types, {
    objectId: 'String', createdAt: 'Date', updatedAt: 'Date', ACL: 'ACL',
    text: 'String', number: 'Number', yes: 'Boolean', at: 'Date', object: 'Object', list: 'Array',
    place: 'GeoPoint', area: 'Polygon', bytes: 'Bytes', file: 'File', user: 'Pointer', users: 'Relation',
  });
  assert.equal(fields.user.targetClass, '_User');
  assert.equal(fields.users.targetClass, '_User');
});

test('a class appears with its first object', async () => {
  const className = unique('Made');
  await refusedWith(103, schemaOf(className));
  await new Parse.Object(className, { text: 'a', number: 1, child: { a: 1 } }).save();
  const { fields } = await schemaOf(className);
  assert.deepEqual([fields.text.type, fields.number.type, fields.child.type], ['String', 'Number', 'Object']);
});

test('all classes are listed', async () => {
  const className = unique('Made');
  await new Parse.Schema(className).save();
  const names = (await Parse.Schema.all()).map(schema => schema.className);
  assert.ok(names.includes(className));
  assert.ok(names.includes('_User'));
});

test('fields are added and deleted', async () => {
  const className = unique('Made');
  await new Parse.Schema(className).addString('text').save();
  const added = await new Parse.Schema(className).addNumber('number').update();
  assert.equal(added.fields.number.type, 'Number');
  const object = await new Parse.Object(className, { text: 'a', number: 1 }).save();
  await new Parse.Schema(className).deleteField('text').update();
  const { fields } = await schemaOf(className);
  assert.equal(fields.text, undefined);
  const again = await new Parse.Query(className).get(object.id);
  assert.equal(again.has('text'), false);
  assert.equal(again.get('number'), 1);
});

test('a deleted field can come back with another type', async () => {
  const className = unique('Made');
  await new Parse.Schema(className).addString('value').save();
  await new Parse.Object(className, { value: 'a' }).save();
  await new Parse.Schema(className).deleteField('value').update();
  const object = await new Parse.Object(className, { value: 5 }).save();
  assert.equal((await new Parse.Query(className).get(object.id)).get('value'), 5);
});

test('a class is made once', async () => {
  const className = unique('Made');
  await new Parse.Schema(className).save();
  const error = await refusedWith(103, new Parse.Schema(className).save());
  assert.equal(error.message, `Class ${className} already exists.`);
});

test('a field keeps its type', async () => {
  const className = unique('Made');
  await new Parse.Schema(className).addString('text').save();
  await refusedWith(255, new Parse.Schema(className).addNumber('text').update());
  await refusedWith(255, new Parse.Schema(className).deleteField('nothing').update());
});

test('the fields of every class stay', async () => {
  const className = unique('Made');
  await new Parse.Schema(className).save();
  await refusedWith(136, new Parse.Schema(className).deleteField('objectId').update());
  await refusedWith(136, new Parse.Schema(className).deleteField('ACL').update());
});

test('an unknown class has no schema', async () => {
  const className = unique('Unknown');
  const error = await refusedWith(103, schemaOf(className));
  assert.equal(error.message, `Class ${className} does not exist.`);
  await refusedWith(103, new Parse.Schema(className).addString('a').update());
});

test('bad names', async () => {
  await refusedWith(103, new Parse.Schema('bad name').save());
  await refusedWith(103, new Parse.Schema('1st').save());
  await refusedWith(103, new Parse.Schema('_Mine').save());
  await refusedWith(105, new Parse.Schema(unique('Made')).addString('bad-name').save());
});

test('a class with objects is not deleted before it is empty', async () => {
  const className = unique('Made');
  const object = await new Parse.Object(className, { text: 'a' }).save();
  const error = await refusedWith(255, new Parse.Schema(className).delete());
  assert.equal(error.message, `Class ${className} is not empty, contains 1 objects, cannot drop schema.`);
  await object.destroy();
  await new Parse.Schema(className).delete();
  await refusedWith(103, schemaOf(className));
});

test('purge empties a class', async () => {
  const className = unique('Made');
  await Parse.Object.saveAll([1, 2, 3].map(n => new Parse.Object(className, { n })));
  await new Parse.Schema(className).purge();
  assert.equal(await new Parse.Query(className).count(), 0);
  assert.equal((await schemaOf(className)).fields.n.type, 'Number');
});

test('a needed field is needed', async () => {
  const className = unique('Made');
  await new Parse.Schema(className).addString('needed', { required: true }).save();
  const error = await refusedWith(142, new Parse.Object(className).save());
  assert.equal(error.message, 'needed is required');
  const object = await new Parse.Object(className, { needed: 'a' }).save();
  object.unset('needed');
  await refusedWith(142, object.save());
});

test('defaults are filled in and told', async () => {
  const className = unique('Made');
  await new Parse.Schema(className)
    .addNumber('number', { defaultValue: 5 })
    .addBoolean('yes', { defaultValue: false })
    .addDate('at', { defaultValue: new Date('2020-01-01T00:00:00.000Z') })
    .save();
  const object = await new Parse.Object(className, { yes: true }).save();
  assert.equal(object.get('number'), 5);
  assert.equal(object.get('yes'), true);
  assert.deepEqual(object.get('at'), new Date('2020-01-01T00:00:00.000Z'));
  const again = await new Parse.Query(className).get(object.id);
  assert.equal(again.get('number'), 5);
  assert.equal(again.get('yes'), true);
});

test('names that differ in case only are two classes', async () => {
  const lower = unique('case');
  const upper = `C${lower.slice(1)}`;
  await new Parse.Object(lower, { text: 'lower' }).save();
  await new Parse.Object(upper, { text: 'upper', TEXT: 5 }).save();
  assert.equal((await new Parse.Query(lower).first()).get('text'), 'lower');
  const other = await new Parse.Query(upper).first();
  assert.deepEqual([other.get('text'), other.get('TEXT')], ['upper', 5]);
});

test('names that SQL keeps to itself', async () => {
  const object = await new Parse.Object('select', { from: 'a', order: 1, group: true, user: 'u', rowid: 7 }).save();
  const found = await new Parse.Query('select').equalTo('order', 1).equalTo('objectId', object.id).first();
  assert.deepEqual([found.get('from'), found.get('group'), found.get('user'), found.get('rowid')], ['a', true, 'u', 7]);
});

test('schemas are for the master key', async () => {
  const requests = [
    ['GET', '/schemas'],
    ['GET', '/schemas/Anything'],
    ['POST', '/schemas/Anything', {}],
    ['PUT', '/schemas/Anything', {}],
    ['DELETE', '/schemas/Anything'],
    ['DELETE', '/purge/Anything'],
  ];
  for (const [method, path, body] of requests) {
    const answer = await http(method, path, { body });
    assert.deepEqual(answer, { status: 403, body: { error: 'Permission denied' } }, `${method} ${path}`);
  }
});

test('a schema does not get in the way of the master key', async () => {
  const className = unique('Made');
  await new Parse.Object(className, { text: 'a' }).save(null, master);
  assert.equal((await schemaOf(className)).fields.text.type, 'String');
});
