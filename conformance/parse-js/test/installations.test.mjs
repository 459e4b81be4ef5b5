import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { master, Parse, refusedWith, useServer } from '../harness.mjs';

useServer();

const token = () => randomBytes(32).toString('hex');
const stored = ({ id }) => new Parse.Query(Parse.Installation).get(id, master);
const withId = installationId => new Parse.Query(Parse.Installation).equalTo('installationId', installationId).find(master);
const withToken = deviceToken => new Parse.Query(Parse.Installation).equalTo('deviceToken', deviceToken).find(master);

/** A device as the SDK of a phone registers it. */
const register = fields => new Parse.Installation({ deviceType: 'android', installationId: randomUUID(), ...fields }).save();

test('this device registers once', async () => {
  const current = await Parse.Installation.currentInstallation();
  current.set('deviceType', 'web');
  await current.save();
  assert.equal(current.installationId, await Parse._getInstallationId());
  await current.save({ channels: ['news'] });
  const rows = await withId(current.installationId);
  assert.deepEqual(rows.map(row => row.get('channels')), [['news']]);
});

test('a device that registers again is the same row', async () => {
  const installationId = randomUUID();
  const first = await register({ installationId, badge: 1 });
  await register({ installationId, badge: 2 });
  const rows = await withId(installationId);
  assert.deepEqual(rows.map(({ id, attributes }) => [id, attributes.badge]), [[first.id, 2]]);
});

test('a device that comes with the token of another takes it over', async () => {
  const deviceToken = token();
  const first = await register({ deviceToken });
  const second = await register({ deviceToken });
  assert.deepEqual((await withToken(deviceToken)).map(({ id }) => id), [second.id]);
  assert.notEqual(first.id, second.id);
});

test('a row with the token alone is that of the device which brings its id', async () => {
  const deviceToken = token();
  const installationId = randomUUID();
  await new Parse.Installation({ deviceType: 'ios', deviceToken }).save();
  await register({ deviceType: 'ios', deviceToken, installationId });
  const rows = await withToken(deviceToken);
  assert.deepEqual(rows.map(row => row.get('installationId')), [installationId]);
});

test('ids and tokens are stored in lower case', async () => {
  const [installationId, deviceToken] = [randomUUID().toUpperCase(), token().toUpperCase()];
  const { attributes } = await stored(await register({ installationId, deviceToken }));
  assert.deepEqual([attributes.installationId, attributes.deviceToken], [installationId.toLowerCase(), deviceToken.toLowerCase()]);
});

test('an installation needs the type of its device', async () => {
  await refusedWith(135, new Parse.Object('_Installation', { installationId: randomUUID() }).save(null, master));
});

test('a device keeps its id and its type', async () => {
  const { id } = await register();
  const change = fields => Parse.Object.fromJSON({ className: '_Installation', objectId: id }).save(fields, master);
  await refusedWith(136, change({ installationId: randomUUID() }));
  await refusedWith(136, change({ deviceType: 'ios' }));
  await change({ channels: ['news'] });
});

test('clients change the device they know and find no others', async () => {
  const device = await register({ channels: ['news'] });
  await device.fetch();
  assert.deepEqual(device.get('channels'), ['news']);
  device.addUnique('channels', 'sports');
  await device.save();
  assert.deepEqual((await stored(device)).get('channels').sort(), ['news', 'sports']);
  await refusedWith(119, new Parse.Query(Parse.Installation).find());
  await refusedWith(119, new Parse.Query(Parse.Installation).count());
  await refusedWith(119, device.destroy());
  await device.destroy(master);
});
