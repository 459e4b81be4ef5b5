import assert from 'node:assert/strict';
import { test } from 'node:test';
import { each, master, Parse, refusedWith, signUp, unique, useServer } from '../harness.mjs';

const className = unique('Guarded');
let ann;
let bob;

useServer(async () => {
  const options = async () => {
    const user = await signUp();
    return { user, as: { sessionToken: user.getSessionToken() } };
  };
  ann = await options();
  bob = await options();
});

const anybody = {};
const create = (acl, text = 'a') => {
  const object = new Parse.Object(className, { text });
  if (acl) object.setACL(acl);
  return object.save(null, ann.as);
};
const read = ({ id }, who) => new Parse.Query(className).get(id, who);
const write = ({ id }, who) => {
  const object = new Parse.Object(className);
  object.id = id;
  return object.save({ text: 'changed' }, who);
};

test('an object without ACL is for everybody', async () => {
  const object = await create();
  assert.equal((await read(object, anybody)).getACL(), null);
  await write(object, anybody);
  await object.destroy(anybody);
});

test('a private object is for its owner', async () => {
  const object = await create(new Parse.ACL(ann.user));
  const seen = await read(object, ann.as);
  assert.deepEqual(seen.getACL().permissionsById, { [ann.user.id]: { read: true, write: true } });
  for (const who of [bob.as, anybody]) {
    await refusedWith(101, read(object, who));
    await refusedWith(101, write(object, who));
    await refusedWith(101, object.destroy(who));
  }
  await write(object, ann.as);
  assert.equal((await read(object, ann.as)).get('text'), 'changed');
});

test('public read, one writer', async () => {
  const acl = new Parse.ACL();
  acl.setPublicReadAccess(true);
  acl.setWriteAccess(ann.user, true);
  const object = await create(acl);
  await read(object, anybody);
  await refusedWith(101, write(object, bob.as));
  await refusedWith(101, write(object, anybody));
  await write(object, ann.as);
});

test('two users share', async () => {
  const acl = new Parse.ACL(ann.user);
  acl.setReadAccess(bob.user, true);
  const object = await create(acl);
  await read(object, bob.as);
  await refusedWith(101, write(object, bob.as));
  acl.setWriteAccess(bob.user, true);
  await object.save({ ACL: acl }, ann.as);
  await write(object, bob.as);
  await refusedWith(101, read(object, anybody));
});

test('write without read', async () => {
  const acl = new Parse.ACL();
  acl.setWriteAccess(ann.user, true);
  const object = await create(acl);
  await refusedWith(101, read(object, ann.as));
  await write(object, ann.as);
  assert.equal((await read(object, master)).get('text'), 'changed');
});

test('an empty ACL is for the master key', async () => {
  const object = await create(new Parse.ACL());
  for (const who of [ann.as, bob.as, anybody]) await refusedWith(101, read(object, who));
  assert.deepEqual((await read(object, master)).getACL().permissionsById, {});
  await write(object, master);
  await object.destroy(master);
});

test('a right for a role nobody has', async () => {
  const acl = new Parse.ACL();
  acl.setRoleReadAccess('Nobody', true);
  const object = await create(acl);
  await refusedWith(101, read(object, ann.as));
  assert.equal((await read(object, master)).getACL().getRoleReadAccess('Nobody'), true);
});

test('the master key passes every ACL', async () => {
  const object = await create(new Parse.ACL(ann.user));
  await read(object, master);
  await write(object, master);
  await object.destroy(master);
});

test('finds and counts see what may be read', async () => {
  const kind = unique('kind');
  const both = new Parse.ACL(ann.user);
  both.setReadAccess(bob.user, true);
  await create(new Parse.ACL(ann.user), kind);
  await create(both, kind);
  await create(undefined, kind);
  const query = () => new Parse.Query(className).equalTo('text', kind);
  const counts = [];
  for (const who of [ann.as, bob.as, anybody, master]) {
    const rows = await query().find(who);
    assert.equal(await query().count(who), rows.length);
    counts.push(rows.length);
  }
  assert.deepEqual(counts, [3, 2, 1, 3]);
});

test('an owner can give an object away', async () => {
  const object = await create(new Parse.ACL(ann.user));
  await object.save({ ACL: new Parse.ACL(bob.user) }, ann.as);
  await refusedWith(101, read(object, ann.as));
  await read(object, bob.as);
});

test('making it public again', async () => {
  const acl = new Parse.ACL();
  acl.setPublicReadAccess(true);
  acl.setPublicWriteAccess(true);
  const object = await create(new Parse.ACL(ann.user));
  await object.save({ ACL: acl }, ann.as);
  await write(object, anybody);
});

test('a batch keeps to the ACL of each object', async () => {
  const guarded = await create(new Parse.ACL(ann.user));
  const open = await create();
  const error = await refusedWith(600, Parse.Object.destroyAll([guarded, open], bob.as));
  assert.deepEqual(error.errors.map(({ code }) => code), [101]);
  await read(guarded, ann.as);
  await refusedWith(101, read(open, master));
});

test('an include hides what may not be read', async () => {
  const secret = await create(new Parse.ACL(ann.user));
  const holder = await new Parse.Object(unique('Holder'), { secret, secrets: [secret] }).save(null, ann.as);
  const query = () => new Parse.Query(holder.className).include('secret', 'secrets');
  const seen = await query().get(holder.id, ann.as);
  assert.equal(seen.get('secret').get('text'), 'a');
  const hidden = await query().get(holder.id, bob.as);
  assert.equal(hidden.get('secret'), undefined);
  assert.deepEqual(hidden.get('secrets'), []);
});

test('the current user is who asks', async () => {
  const object = await create(new Parse.ACL(ann.user));
  await Parse.User.become(ann.as.sessionToken);
  await read(object);
  await Parse.User.become(bob.as.sessionToken);
  await refusedWith(101, read(object));
});

test('an ACL of an unknown user is kept', async () => {
  const acl = new Parse.ACL(ann.user);
  acl.setReadAccess('nobody123', true);
  const object = await create(acl);
  assert.equal((await read(object, ann.as)).getACL().getReadAccess('nobody123'), true);
});

test('ACL comes with selected fields', async () => {
  const object = await create(new Parse.ACL(ann.user));
  const seen = await new Parse.Query(className).select('text').get(object.id, ann.as);
  assert.ok(seen.getACL());
  assert.deepEqual(each([seen], 'text'), ['a']);
});
