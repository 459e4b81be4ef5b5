import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isReference, Parse, refusedWith, unique, useServer } from '../harness.mjs';

useServer();

const stored = object => new Parse.Query(object.className).get(object.id);

test('a saved object has an id and its times', async () => {
  const note = new Parse.Object(unique('Note'), { text: 'a' });
  assert.ok(note.isNew());
  await note.save();
  assert.match(note.id, /^[A-Za-z0-9]{10}$/);
  assert.ok(note.createdAt instanceof Date);
  assert.ok(note.updatedAt instanceof Date);
  assert.deepEqual(note.updatedAt, note.createdAt);
  assert.ok(Math.abs(note.createdAt - Date.now()) < 60_000);
  assert.equal(note.isNew(), false);
  assert.equal(note.dirty(), false);
});

test('an object without fields', async () => {
  const empty = await new Parse.Object(unique('Empty')).save();
  const again = await stored(empty);
  assert.deepEqual(Object.keys(again.attributes).sort(), ['createdAt', 'updatedAt']);
});

test('fetch brings what others changed', async () => {
  const note = await new Parse.Object(unique('Note'), { text: 'a', old: 1 }).save();
  const other = Parse.Object.createWithoutData(note.id);
  other.className = note.className;
  await other.save({ text: 'b' });
  assert.equal(note.get('text'), 'a');
  await note.fetch();
  assert.equal(note.get('text'), 'b');
  assert.equal(note.get('old'), 1);
});

test('an update changes what it names and the time', async () => {
  const note = await new Parse.Object(unique('Note'), { text: 'a', number: 1 }).save();
  const { createdAt, updatedAt } = note;
  await new Promise(resolve => setTimeout(resolve, 5));
  await note.save({ text: 'b' });
  assert.deepEqual(note.createdAt, createdAt);
  assert.ok(note.updatedAt > updatedAt);
  const again = await stored(note);
  assert.equal(again.get('text'), 'b');
  assert.equal(again.get('number'), 1);
  assert.deepEqual(again.createdAt, createdAt);
  assert.deepEqual(again.updatedAt, note.updatedAt);
});

test('a destroyed object is gone', async () => {
  const note = await new Parse.Object(unique('Note'), { text: 'a' }).save();
  await note.destroy();
  await refusedWith(101, stored(note));
  await refusedWith(101, note.destroy());
  await refusedWith(101, note.fetch());
  await refusedWith(101, note.save({ text: 'b' }));
});

test('exists tells whether an object is there', async () => {
  const note = await new Parse.Object(unique('Note')).save();
  assert.equal(await note.exists(), true);
  await note.destroy();
  assert.equal(await note.exists(), false);
});

const values = {
  text: ['', 'a', 'ä 🙂 \u2028 "quoted" \\ \n', 'x'.repeat(10_000)],
  number: [0, 1, -1, 1.5, -0.001, 1e21, 5e-324, 2 ** 53 - 1, -(2 ** 53 - 1), 1e308, 0.1 + 0.2],
  boolean: [true, false],
  date: [new Date(0), new Date('2020-02-29T12:34:56.789Z'), new Date('1900-01-01T00:00:00.000Z'), new Date('9999-12-31T23:59:59.999Z')],
  object: [{}, { a: 1 }, { a: { b: { c: [1, { d: null }] } }, e: '', f: false }],
  list: [[], [1, 'a', true, null, 1.5], [[1], [[2]]], [{ a: [1] }, {}]],
};

for (const [type, samples] of Object.entries(values)) {
  test(`every ${type} comes back as it was saved`, async () => {
    const className = unique('Value');
    for (const value of samples) {
      const object = await new Parse.Object(className, { value }).save();
      assert.deepEqual((await stored(object)).get('value'), value);
    }
  });
}

test('a date comes back as a date inside objects and lists', async () => {
  const at = new Date('2020-01-01T00:00:00.000Z');
  const object = await new Parse.Object(unique('Value'), { inside: { at }, list: [at] }).save();
  const again = await stored(object);
  assert.deepEqual(again.get('inside').at, at);
  assert.deepEqual(again.get('list')[0], at);
});

test('null and undefined', async () => {
  const object = await new Parse.Object(unique('Value'), { text: 'a', inside: { a: null }, list: [null] }).save();
  await object.save({ text: null });
  const again = await stored(object);
  assert.equal(again.get('text') ?? null, null);
  assert.deepEqual(again.get('inside'), { a: null });
  assert.deepEqual(again.get('list'), [null]);
  await object.save({ text: 'b' });
  assert.equal((await stored(object)).get('text'), 'b');
});

test('a field that was first null takes any type', async () => {
  const object = await new Parse.Object(unique('Value'), { value: null }).save();
  await object.save({ value: 5 });
  assert.equal((await stored(object)).get('value'), 5);
});

test('a GeoPoint', async () => {
  const object = await new Parse.Object(unique('Value'), { place: new Parse.GeoPoint(40.5, -30.25) }).save();
  const place = (await stored(object)).get('place');
  assert.ok(place instanceof Parse.GeoPoint);
  assert.deepEqual([place.latitude, place.longitude], [40.5, -30.25]);
});

test('a Polygon is closed when it comes back', async () => {
  const area = new Parse.Polygon([[0, 0], [0, 1], [1, 1], [1, 0]]);
  const object = await new Parse.Object(unique('Value'), { area }).save();
  const again = (await stored(object)).get('area');
  assert.ok(again instanceof Parse.Polygon);
  assert.deepEqual(again.coordinates, [[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]]);
});

test('Bytes', async () => {
  const bytes = { __type: 'Bytes', base64: 'aGVsbG8=' };
  const object = await new Parse.Object(unique('Value'), { bytes }).save();
  assert.deepEqual((await stored(object)).get('bytes'), bytes);
});

test('a File is stored by name and comes back with a place to get it', async () => {
  const file = Parse.File.fromJSON({ __type: 'File', name: 'a.txt', url: 'http://example.org/a.txt' });
  const object = await new Parse.Object(unique('Value'), { file }).save();
  const again = (await stored(object)).get('file');
  assert.ok(again instanceof Parse.File);
  assert.equal(again.name(), 'a.txt');
  assert.match(again.url(), /\/a\.txt$/);
});

test('a pointer saves what it points at first', async () => {
  const child = new Parse.Object(unique('Child'), { text: 'c' });
  const parent = await new Parse.Object(unique('Parent'), { child }).save();
  assert.ok(child.id);
  const again = await stored(parent);
  assert.equal(again.get('child').id, child.id);
  assert.equal(again.get('child').className, child.className);
  assert.equal(again.get('child').isDataAvailable(), false);
  await again.get('child').fetch();
  assert.equal(again.get('child').get('text'), 'c');
});

test('pointers in lists and objects', async () => {
  const child = await new Parse.Object(unique('Child'), { text: 'c' }).save();
  const parent = await new Parse.Object(unique('Parent'), { list: [child], inside: { child } }).save();
  const again = await stored(parent);
  assert.equal(again.get('list')[0].id, child.id);
  assert.equal(again.get('inside').child.id, child.id);
});

test('a pointer to itself', async () => {
  const node = await new Parse.Object(unique('Node')).save();
  await node.save({ self: node });
  assert.equal((await stored(node)).get('self').id, node.id);
});

test('a field takes one class of pointers', async () => {
  const className = unique('Parent');
  await new Parse.Object(className, { child: await new Parse.Object(unique('Child')).save() }).save();
  const stranger = await new Parse.Object(unique('Other')).save();
  await refusedWith(111, new Parse.Object(className, { child: stranger }).save());
});

test('objects of a class of one\'s own', async () => {
  const className = unique('Monster');
  class Monster extends Parse.Object {
    constructor(attributes) {
      super(className, attributes);
    }
    get strength() {
      return this.get('strength');
    }
  }
  Parse.Object.registerSubclass(className, Monster);
  const monster = await new Monster({ strength: 5 }).save();
  const found = await new Parse.Query(Monster).get(monster.id);
  assert.ok(found instanceof Monster);
  assert.equal(found.strength, 5);
});

test('saveAll saves many at once', async () => {
  const className = unique('Many');
  const objects = Array.from({ length: 45 }, (_, number) => new Parse.Object(className, { number }));
  await Parse.Object.saveAll(objects);
  assert.ok(objects.every(object => object.id && object.createdAt instanceof Date));
  assert.equal(await new Parse.Query(className).count(), 45);
  objects.forEach(object => object.increment('number', 100));
  await Parse.Object.saveAll(objects);
  assert.deepEqual(objects.map(object => object.get('number')), objects.map((_, n) => n + 100));
});

test('saveAll of parents and children', async () => {
  const className = unique('Parent');
  const children = [1, 2].map(number => new Parse.Object(unique('Child'), { number }));
  const parents = children.map(child => new Parse.Object(className, { children: [child] }));
  await Parse.Object.saveAll(parents);
  const [first] = await new Parse.Query(className).containedIn('objectId', [parents[0].id]).find();
  assert.equal(first.get('children')[0].id, children[0].id);
});

test('saveAll tells which one was refused', async () => {
  const className = unique('Many');
  await new Parse.Object(className, { number: 1 }).save();
  const right = new Parse.Object(className, { number: 2 });
  const wrong = new Parse.Object(className, { number: 'x' });
  const error = await refusedWith(111, Parse.Object.saveAll([right, wrong]));
  assert.match(error.message, /number/);
  assert.ok(right.id);
  assert.equal(wrong.id, undefined);
});

test('destroyAll destroys many at once', async () => {
  const className = unique('Many');
  const objects = Array.from({ length: 25 }, (_, number) => new Parse.Object(className, { number }));
  await Parse.Object.saveAll(objects);
  await Parse.Object.destroyAll(objects);
  assert.equal(await new Parse.Query(className).count(), 0);
});

test('destroyAll tells which one was not there', async () => {
  const className = unique('Many');
  const [first, second] = await Parse.Object.saveAll([new Parse.Object(className), new Parse.Object(className)]);
  await first.destroy();
  const error = await refusedWith(600, Parse.Object.destroyAll([first, second]));
  assert.equal(error.errors.length, 1);
  assert.equal(error.errors[0].code, 101);
  assert.equal(await new Parse.Query(className).count(), 0);
});

test('fetchAll and fetchAllIfNeeded', async () => {
  const className = unique('Many');
  const objects = await Parse.Object.saveAll([1, 2, 3].map(number => new Parse.Object(className, { number })));
  const bare = objects.map(({ id }) => {
    const object = new Parse.Object(className);
    object.id = id;
    return object;
  });
  await Parse.Object.fetchAll(bare);
  assert.deepEqual(bare.map(object => object.get('number')), [1, 2, 3]);
  await Parse.Object.fetchAllIfNeeded(bare);
});

test('a save in a transaction keeps all or nothing', async () => {
  const className = unique('Many');
  await new Parse.Object(className, { number: 0 }).save();
  const objects = [1, 2].map(number => new Parse.Object(className, { number }));
  await Parse.Object.saveAll(objects, { transaction: true });
  assert.equal(await new Parse.Query(className).count(), 3);
  assert.ok(objects.every(object => object.id && object.createdAt));
  const wrong = [new Parse.Object(className, { number: 3 }), new Parse.Object(className, { number: 'x' })];
  await assert.rejects(Parse.Object.saveAll(wrong, { transaction: true }));
  assert.equal(await new Parse.Query(className).count(), 3);
});

test('a transaction that is refused names the request', { skip: isReference }, async () => {
  const className = unique('Many');
  await new Parse.Object(className, { number: 0 }).save();
  const path = `${new URL(Parse.serverURL).pathname}/classes/${className}`;
  const requests = [3, 'x'].map(number => ({ method: 'POST', path, body: { number } }));
  const batch = { transaction: true, requests };
  await refusedWith(111, Parse.CoreManager.getRESTController().request('POST', 'batch', batch));
  assert.equal(await new Parse.Query(className).count(), 1);
});

test('many saves of one object in a row', async () => {
  const note = new Parse.Object(unique('Note'));
  for (let n = 0; n < 10; n += 1) await note.save({ n });
  assert.equal((await stored(note)).get('n'), 9);
});

test('toJSON has the times as text', async () => {
  const note = await new Parse.Object(unique('Note'), { text: 'a' }).save();
  const json = (await stored(note)).toJSON();
  assert.match(json.createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.deepEqual(Object.keys(json).sort(), ['createdAt', 'objectId', 'text', 'updatedAt']);
});

test('fetchWithInclude fills pointers in', async () => {
  const child = new Parse.Object(unique('Child'), { text: 'c' });
  const parent = await new Parse.Object(unique('Parent'), { child, children: [child] }).save();
  const copy = Parse.Object.fromJSON({ className: parent.className, objectId: parent.id });
  await copy.fetchWithInclude(['child', 'children']);
  assert.equal(copy.get('child').get('text'), 'c');
  assert.equal(copy.get('children')[0].get('text'), 'c');
  const [again] = await Parse.Object.fetchAllWithInclude([Parse.Object.fromJSON({ className: parent.className, objectId: parent.id })], 'child');
  assert.equal(again.get('child').get('text'), 'c');
});

test('fetchAll of what is not there', async () => {
  const object = await new Parse.Object(unique('Note')).save();
  const gone = Parse.Object.fromJSON({ className: object.className, objectId: 'nothing' });
  await refusedWith(101, Parse.Object.fetchAll([object, gone]));
});
