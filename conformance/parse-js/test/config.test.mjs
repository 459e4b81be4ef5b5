import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Parse, rest, unique, useServer } from '../harness.mjs';

useServer();

test('parameters of every type come back', async () => {
  const values = {
    [unique('text')]: 'Hello',
    [unique('number')]: 3.5,
    [unique('switch')]: false,
    [unique('list')]: ['a', 1],
    [unique('object')]: { a: { b: 1 } },
    [unique('date')]: new Date('2026-01-02T03:04:05.678Z'),
    [unique('place')]: new Parse.GeoPoint(1, 2),
  };
  await Parse.Config.save(values);
  const config = await Parse.Config.get();
  for (const [name, value] of Object.entries(values)) assert.deepEqual(config.get(name), value, name);
});

test('a hidden parameter is seen with the master key only', async () => {
  const [open, hidden] = [unique('open'), unique('hidden')];
  await Parse.Config.save({ [open]: 1, [hidden]: 2 }, { [hidden]: true });
  const ofClient = await Parse.Config.get();
  assert.deepEqual([ofClient.get(open), ofClient.get(hidden)], [1, undefined]);
  const ofMaster = await Parse.Config.get({ useMasterKey: true });
  assert.equal(ofMaster.get(hidden), 2);
});

test('a change leaves other parameters alone', async () => {
  const [first, second] = [unique('first'), unique('second')];
  await Parse.Config.save({ [first]: 1 });
  await Parse.Config.save({ [second]: 2 });
  const config = await Parse.Config.get();
  assert.deepEqual([config.get(first), config.get(second)], [1, 2]);
});

test('a parameter is taken away', async () => {
  const [kept, gone] = [unique('kept'), unique('gone')];
  await Parse.Config.save({ [kept]: 1, [gone]: 1 });
  await rest('PUT', 'config', { params: { [gone]: { __op: 'Delete' } } }, { useMasterKey: true });
  const config = await Parse.Config.get();
  assert.deepEqual([config.get(kept), config.get(gone)], [1, undefined]);
});

test('parameters are changed with the master key only', async () => {
  await assert.rejects(rest('PUT', 'config', { params: { [unique('text')]: 'a' } }), { message: 'Permission denied' });
});
