import assert from 'node:assert/strict';
import { test } from 'node:test';
import { http, isReference, keys, master, Parse, refusedWith, signUp, unique, useServer } from '../harness.mjs';

// The reference these tests may run against has neither key.
const skip = isReference;

const readOnly = 'todo-read-only';
const maintenance = 'todo-maintenance';

useServer(async () => {}, { ASTROLABE_READ_ONLY_MASTER_KEY: readOnly, ASTROLABE_MAINTENANCE_KEY: maintenance });

/** Runs with this key in the place of the master key. */
async function withMasterKey(key, run) {
  Parse.CoreManager.set('MASTER_KEY', key);
  try {
    return await run();
  } finally {
    Parse.CoreManager.set('MASTER_KEY', keys.masterKey);
  }
}

const makeHidden = () => new Parse.Object(unique('Hidden'), { text: 'a', ACL: new Parse.ACL() }).save(null, master);

test('the read-only master key reads everything', { skip }, async () => {
  const { className, id } = await makeHidden();
  const user = await signUp();
  await withMasterKey(readOnly, async () => {
    const found = await new Parse.Query(className).get(id, master);
    assert.equal(found.get('text'), 'a');
    assert.equal(await new Parse.Query(className).count(master), 1);
    assert.ok(await new Parse.Query(Parse.User).get(user.id, master));
    assert.ok((await Parse.Schema.all()).some(schema => schema.className === className));
  });
});

test('the read-only master key changes nothing', { skip }, async () => {
  const { className, id } = await makeHidden();
  const user = await signUp();
  await withMasterKey(readOnly, async () => {
    const object = Parse.Object.fromJSON({ className, objectId: id });
    await refusedWith(119, object.save({ text: 'b' }, master));
    await refusedWith(119, object.destroy(master));
    await refusedWith(119, new Parse.Object(className, { text: 'c' }).save(null, master));
    await refusedWith(119, new Parse.Schema(unique('Made')).save());
    await refusedWith(119, new Parse.Schema(className).purge());
    await refusedWith(119, Parse.User.loginAs(user.id));
    await refusedWith(119, Parse.Config.save({ [unique('text')]: 'a' }));
  });
  assert.equal((await new Parse.Query(className).get(id, master)).get('text'), 'a');
  assert.equal(await new Parse.Query(className).count(master), 1);
});

test('the maintenance key chooses the times of an object', { skip }, async () => {
  const className = unique('Imported');
  await new Parse.Object(className).save(null, master);
  const at = { __type: 'Date', iso: '2020-01-02T03:04:05.678Z' };
  const headers = { 'X-Parse-Maintenance-Key': maintenance };
  const { body } = await http('POST', `/classes/${className}`, { headers, body: { createdAt: at, updatedAt: at } });
  const object = await new Parse.Query(className).get(body.objectId);
  assert.deepEqual([object.createdAt.toISOString(), object.updatedAt.toISOString()], [at.iso, at.iso]);
});

test('a wrong maintenance key is no key at all', { skip }, async () => {
  const headers = { 'X-Parse-Maintenance-Key': 'wrong', 'X-Parse-REST-API-Key': '' };
  assert.equal((await http('GET', '/classes/Anything', { headers })).status, 403);
});
