import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isReference, master, Parse, refusedWith, signUp, unique, useServer } from '../harness.mjs';

let ann;
let bob;

useServer(async () => {
  [ann, bob] = [await signUp(), await signUp()].map(user => ({ user, as: { sessionToken: user.getSessionToken() } }));
});

const nobody = {};

/** A class with these permissions, and an object of Ann in it. */
async function makeClass(permit) {
  const className = unique('Closed');
  const schema = new Parse.Schema(className).addString('text').addString('secret');
  await schema.addPointer('owner', '_User').addArray('helpers').save();
  const object = new Parse.Object(className, { text: 'a', secret: 's', owner: ann.user, helpers: [ann.user] });
  await object.save(null, master);
  const permissions = new Parse.CLP();
  await permit(permissions);
  const closing = new Parse.Schema(className);
  closing.setCLP(permissions);
  await closing.update();
  return { className, object };
}

const find = ({ className }, who) => new Parse.Query(className).find(who);
const count = ({ className }, who) => new Parse.Query(className).count(who);
const get = ({ className, object }, who) => Parse.Object.fromJSON({ className, objectId: object.id }).fetch(who);
const create = ({ className }, who, fields = { text: 'b' }) => new Parse.Object(className, fields).save(null, who);
const update = ({ className, object }, who, fields = { text: 'c' }) =>
  Parse.Object.fromJSON({ className, objectId: object.id }).save(fields, who);
const destroy = ({ className, object }, who) => Parse.Object.fromJSON({ className, objectId: object.id }).destroy(who);

test('a class without permissions is for the master key', async () => {
  const closed = await makeClass(() => {});
  for (const who of [ann.as, nobody]) {
    for (const action of [find, count, get, create, update, destroy]) await refusedWith(119, action(closed, who));
  }
  assert.equal((await find(closed, master)).length, 1);
  await create(closed, master);
});

test('each operation is permitted by itself', async () => {
  const actions = { Find: find, Count: count, Get: get, Create: create, Update: update, Delete: destroy };
  for (const [name, action] of Object.entries(actions)) {
    const open = await makeClass(permissions => {
      permissions[`setPublic${name}Access`](true);
    });
    await action(open, nobody);
    for (const [other, refused] of Object.entries(actions)) {
      if (other !== name) await refusedWith(119, refused(open, nobody));
    }
  }
});

test('a permission is for a user', async () => {
  const closed = await makeClass(permissions => permissions.setReadAccess(ann.user, true));
  assert.equal((await find(closed, ann.as)).length, 1);
  await refusedWith(119, find(closed, bob.as));
  await refusedWith(119, find(closed, nobody));
});

test('a permission is for the members of a role', async () => {
  const acl = new Parse.ACL();
  const role = new Parse.Role(unique('Editors'), acl);
  role.getUsers().add(ann.user);
  await role.save(null, master);
  const closed = await makeClass(permissions => {
    permissions.setRoleReadAccess(role, true);
    permissions.setRoleWriteAccess(role, true);
  });
  await update(closed, ann.as);
  assert.equal((await get(closed, ann.as)).get('text'), 'c');
  for (const who of [bob.as, nobody]) await refusedWith(119, update(closed, who));
});

test('a permission is for whoever is logged in', async () => {
  const closed = await makeClass(permissions => {
    permissions.setFindRequiresAuthentication(true);
    permissions.setCreateRequiresAuthentication(true);
  });
  assert.equal((await find(closed, bob.as)).length, 1);
  await create(closed, bob.as);
  await refusedWith(101, find(closed, nobody));
  await refusedWith(101, create(closed, nobody));
});

test('new fields need a permission', async () => {
  const closed = await makeClass(permissions => {
    permissions.setPublicCreateAccess(true);
    permissions.setPublicUpdateAccess(true);
  });
  await create(closed, nobody);
  await refusedWith(119, create(closed, nobody, { text: 'b', extra: 1 }));
  await refusedWith(119, update(closed, nobody, { extra: 1 }));
  await update(closed, master, { extra: 1 });
});

test('a permission is for the users that a row names', async () => {
  for (const field of ['owner', 'helpers']) {
    const closed = await makeClass(permissions => {
      permissions.setFindPointerFields([field]);
      permissions.setGetPointerFields([field]);
      permissions.setUpdatePointerFields([field]);
    });
    assert.equal((await find(closed, ann.as)).length, 1, field);
    assert.equal((await find(closed, bob.as)).length, 0, field);
    await update(closed, ann.as);
    await refusedWith(101, get(closed, bob.as));
    await refusedWith(101, update(closed, bob.as));
    await refusedWith(119, create(closed, ann.as));
  }
});

test('readUserFields and writeUserFields permit all that reads and all that writes', async () => {
  const readable = await makeClass(permissions => permissions.setReadUserFields(['owner']));
  assert.equal((await get(readable, ann.as)).get('text'), 'a');
  assert.equal((await find(readable, bob.as)).length, 0);
  const writable = await makeClass(permissions => {
    permissions.setReadAccess('*', true);
    permissions.setWriteUserFields(['owner']);
  });
  await refusedWith(101, update(writable, bob.as));
  await update(writable, ann.as);
  await refusedWith(101, destroy(writable, bob.as));
  await destroy(writable, ann.as);
});

/** A class that all may read, with these protected fields. */
const makeProtected = groups =>
  makeClass(permissions => {
    permissions.setPublicReadAccess(true);
    for (const [group, fields] of Object.entries(groups)) permissions.setProtectedFields(group, fields);
  });

test('protected fields are hidden from everybody but the master key', async () => {
  const closed = await makeProtected({ '*': ['secret'] });
  for (const who of [ann.as, nobody]) {
    assert.equal((await get(closed, who)).has('secret'), false);
    assert.equal((await find(closed, who))[0].has('secret'), false);
    assert.equal((await get(closed, who)).get('text'), 'a');
  }
  assert.equal((await get(closed, master)).get('secret'), 's');
});

test('protected fields are not found out by a query', async () => {
  const { className } = await makeProtected({ '*': ['secret'] });
  const query = () => new Parse.Query(className);
  await refusedWith(119, query().equalTo('secret', 's').find());
  await refusedWith(119, query().equalTo('secret', 's').count());
  await refusedWith(119, Parse.Query.or(query().startsWith('secret', 's'), query().exists('text')).find());
  if (!isReference) await refusedWith(119, query().ascending('secret').find());
  if (!isReference) await refusedWith(119, query().matchesKeyInQuery('text', 'secret', query()).find());
});

test('a protected field is shown to a role and to the users that a row names', async () => {
  const role = new Parse.Role(unique('Staff'), new Parse.ACL());
  role.getUsers().add(bob.user);
  await role.save(null, master);
  const ofRole = await makeClass(permissions => {
    permissions.setPublicReadAccess(true);
    permissions.setPublicProtectedFields(['secret']);
    // The SDK forgets a group that hides nothing.
    permissions.permissionsMap.protectedFields[`role:${role.getName()}`] = [];
  });
  assert.equal((await get(ofRole, bob.as)).get('secret'), 's');
  assert.equal((await get(ofRole, ann.as)).has('secret'), false);
  const ofOwner = await makeClass(permissions => {
    permissions.setPublicReadAccess(true);
    permissions.setPublicProtectedFields(['secret']);
    permissions.permissionsMap.protectedFields['userField:owner'] = [];
  });
  assert.equal((await get(ofOwner, ann.as)).get('secret'), 's');
  assert.equal((await get(ofOwner, bob.as)).has('secret'), false);
});

test('a class gives its default ACL to new objects', async () => {
  const className = unique('Closed');
  await new Parse.Object(className, { text: 'a' }).save(null, master);
  const permissions = new Parse.CLP();
  permissions.setPublicReadAccess(true);
  permissions.setPublicWriteAccess(true);
  permissions.permissionsMap.ACL = { currentUser: { read: true, write: true } };
  const schema = new Parse.Schema(className);
  schema.setCLP(permissions.toJSON());
  await schema.update();
  const object = await create({ className }, ann.as);
  const { permissionsById } = (await get({ className, object }, ann.as)).getACL();
  assert.deepEqual(permissionsById, { [ann.user.id]: { read: true, write: true } });
  await refusedWith(101, get({ className, object }, bob.as));
  const own = new Parse.Object(className, { text: 'b' });
  own.setACL(new Parse.ACL(bob.user));
  await own.save(null, ann.as);
  await refusedWith(101, get({ className, object: own }, ann.as));
});

test('permissions come back as they were set', async () => {
  const { className } = await makeClass(permissions => {
    permissions.setPublicFindAccess(true);
    permissions.setGetRequiresAuthentication(true);
    permissions.setUpdatePointerFields(['owner']);
    permissions.setReadUserFields(['owner']);
    permissions.setPublicProtectedFields(['secret']);
  });
  const { classLevelPermissions } = await new Parse.Schema(className).get();
  const again = new Parse.CLP(classLevelPermissions);
  assert.equal(again.getPublicFindAccess(), true);
  assert.equal(again.getGetRequiresAuthentication(), true);
  assert.deepEqual(again.getUpdatePointerFields(), ['owner']);
  assert.deepEqual(again.getReadUserFields(), ['owner']);
  assert.deepEqual(again.getPublicProtectedFields(), ['secret']);
});

test('permissions that cannot be kept are refused', async () => {
  const className = unique('Closed');
  await new Parse.Schema(className).save();
  const set = permissions => {
    const schema = new Parse.Schema(className);
    schema.setCLP(permissions);
    return schema.update();
  };
  await refusedWith(107, set({ find: { pointerFields: ['nothing'] } }));
  await refusedWith(107, set({ fly: { '*': true } }));
  await refusedWith(107, set({ protectedFields: { '*': ['objectId'] } }));
});
