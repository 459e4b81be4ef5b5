import assert from 'node:assert/strict';
import { test } from 'node:test';
import { each, isReference, Parse, refusedWith, unique, useServer } from '../harness.mjs';

const className = unique('Place');
const at = (latitude, longitude) => new Parse.GeoPoint(latitude, longitude);
const berlin = at(52.52, 13.405);

useServer(async () => {
  const square = new Parse.Polygon([[0, 0], [0, 10], [10, 10], [10, 0]]);
  const triangle = new Parse.Polygon([[5, 5], [5, 20], [20, 5]]);
  const rows = [
    { name: 'fiji', at: at(-17, 179.9) },
    { name: 'munich', at: at(48.14, 11.58), area: triangle },
    { name: 'nowhere' },
    { name: 'berlin', at: berlin, area: square },
    { name: 'potsdam', at: at(52.4, 13.06) },
  ];
  for (const row of rows) await new Parse.Object(className, row).save();
});

const query = () => new Parse.Query(className);
const names = async built => each(await built.find(), 'name');

/** What a condition finds, the nearest first where it asks for that. */
const conditions = {
  'near sorts by distance and leaves out what has no place': [() => query().near('at', berlin), ['berlin', 'potsdam', 'munich', 'fiji']],
  'near with a limit': [() => query().near('at', berlin).skip(1).limit(2), ['potsdam', 'munich']],
  'near with another condition': [() => query().near('at', berlin).notEqualTo('name', 'berlin').limit(1), ['potsdam']],
  withinRadians: [() => query().withinRadians('at', berlin, 0.01), ['berlin', 'potsdam']],
  withinMiles: [() => query().withinMiles('at', berlin, 400), ['berlin', 'potsdam', 'munich']],
  withinKilometers: [() => query().withinKilometers('at', berlin, 30), ['berlin', 'potsdam']],
  'withinKilometers of nothing near': [() => query().withinKilometers('at', at(0, 0), 10), []],
  'withinKilometers across the antimeridian': [() => query().withinKilometers('at', at(-17, -179.9), 30), ['fiji']],
  'withinKilometers unsorted': [() => query().withinKilometers('at', berlin, 30, false).ascending('name'), ['berlin', 'potsdam']],
  'withinMiles unsorted, in another order': [() => query().withinMiles('at', berlin, 400, false).descending('name'), ['potsdam', 'munich', 'berlin']],
  withinGeoBox: [() => query().withinGeoBox('at', at(50, 10), at(55, 15)).ascending('name'), ['berlin', 'potsdam']],
  'withinGeoBox with a place on its edge': [() => query().withinGeoBox('at', at(50, 13.2), berlin), ['berlin']],
  withinPolygon: [
    () => query().withinPolygon('at', [at(40, 0), at(40, 20), at(60, 20), at(60, 0)]).ascending('name'), ['berlin', 'munich', 'potsdam']],
  polygonContains: [() => query().polygonContains('area', at(6, 6)).ascending('name'), ['berlin', 'munich']],
  'polygonContains of one': [() => query().polygonContains('area', at(1, 1)), ['berlin']],
  'polygonContains of none': [() => query().polygonContains('area', at(-1, 1)), []],
};

for (const [name, [build, expected]] of Object.entries(conditions)) {
  test(name, async () => assert.deepEqual(await names(build()), expected));
}

test('a place inside an alternative', async () => {
  const either = Parse.Query.or(query().withinKilometers('at', berlin, 1, false), query().equalTo('name', 'nowhere'));
  assert.deepEqual(await names(either.ascending('name')), ['berlin', 'nowhere']);
});

test('an order that is given counts', { skip: isReference }, async () => {
  assert.deepEqual(await names(query().near('at', berlin).ascending('name')), ['berlin', 'fiji', 'munich', 'potsdam']);
});

test('places are counted', async () => {
  assert.equal(await query().withinKilometers('at', berlin, 30).count(), 2);
});

test('findAll goes over places', { skip: isReference }, async () => {
  const found = await query().withinKilometers('at', berlin, 600, false).findAll({ batchSize: 1 });
  assert.deepEqual(each(found, 'name').sort(), ['berlin', 'munich', 'potsdam']);
});

test('an index of places changes nothing but the way', { skip: isReference }, async () => {
  await new Parse.Schema(className).addIndex('spots', { at: '2dsphere' }).update();
  assert.deepEqual((await new Parse.Schema(className).get()).indexes, { spots: { at: '2dsphere' } });
  assert.deepEqual(await names(query().withinKilometers('at', berlin, 600)), ['berlin', 'potsdam', 'munich']);
});

test('an area of two places is refused', async () => {
  await refusedWith(Parse.Error.INVALID_JSON, query().withinPolygon('at', [at(0, 0), at(1, 1)]).find());
});

test('a time that is told from now', async () => {
  const near = query();
  near._addCondition('createdAt', '$gt', { $relativeTime: '1 hour ago' });
  assert.equal(await near.count(), 5);
  near._addCondition('createdAt', '$lt', { $relativeTime: '1 minute ago' });
  assert.equal(await near.count(), 0);
});
