import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isReference, master, Parse, refusedWith, rest, signUp, unique, useServer } from '../harness.mjs';

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

const readable = () => {
  const acl = new Parse.ACL();
  acl.setPublicReadAccess(true);
  return acl;
};

/** A role with these users and child roles. */
const roleOf = (users, children = []) => {
  const role = new Parse.Role(unique('Role'), readable());
  if (users.length) role.getUsers().add(users);
  if (children.length) role.getRoles().add(children);
  return role.save(null, master);
};

/** An object for the members of a role alone. */
const objectOf = role => {
  const acl = new Parse.ACL();
  acl.setRoleReadAccess(role, true);
  acl.setRoleWriteAccess(role, true);
  const object = new Parse.Object(className, { text: 'a' });
  object.setACL(acl);
  return object.save(null, master);
};

const read = ({ id }, who) => new Parse.Query(className).get(id, who);

test('members see and change what names their role', async () => {
  const object = await objectOf(await roleOf([ann.user]));
  const seen = await read(object, ann.as);
  await seen.save({ text: 'b' }, ann.as);
  await refusedWith(101, read(object, bob.as));
  await refusedWith(101, seen.save({ text: 'c' }, bob.as));
  assert.equal((await read(object, master)).get('text'), 'b');
});

test('a child role has the rights of its parents, not the other way round', async () => {
  const child = await roleOf([ann.user]);
  const parent = await roleOf([bob.user], [child]);
  const [ofChild, ofParent] = [await objectOf(child), await objectOf(parent)];
  await read(ofParent, ann.as);
  await read(ofParent, bob.as);
  await read(ofChild, ann.as);
  await refusedWith(101, read(ofChild, bob.as));
});

test('a new member has the rights at once, and a removed one has lost them', async () => {
  const role = await roleOf([]);
  const object = await objectOf(role);
  await refusedWith(101, read(object, ann.as));
  role.getUsers().add(ann.user);
  await role.save(null, master);
  await read(object, ann.as);
  role.getUsers().remove(ann.user);
  await role.save(null, master);
  await refusedWith(101, read(object, ann.as));
});

test('who may not write a role cannot join it', async () => {
  const role = await roleOf([ann.user]);
  role.getUsers().add(bob.user);
  await refusedWith(101, role.save(null, bob.as));
  const members = await role.getUsers().query().find(master);
  assert.deepEqual(members.map(({ id }) => id), [ann.user.id]);
});

test('rights come down through grandchildren', async () => {
  const grandchild = await roleOf([ann.user]);
  const child = await roleOf([], [grandchild]);
  const object = await objectOf(await roleOf([], [child]));
  await read(object, ann.as);
  child.getRoles().remove(grandchild);
  await child.save(null, master);
  await refusedWith(101, read(object, ann.as));
});

test('roles that are each other\'s children end', async () => {
  const first = await roleOf([ann.user]);
  const second = await roleOf([bob.user], [first]);
  first.getRoles().add(second);
  await first.save(null, master);
  for (const who of [ann.as, bob.as]) await read(await objectOf(first), who);
});

test('the children and the members of a role are queried', async () => {
  const children = [await roleOf([ann.user]), await roleOf([])];
  const parent = await roleOf([ann.user, bob.user], children);
  const query = parent.getRoles().query().equalTo('name', children[0].getName());
  assert.deepEqual((await query.find()).map(({ id }) => id), [children[0].id]);
  assert.equal(await parent.getRoles().query().count(), 2);
  assert.equal(await parent.getUsers().query().count(master), 2);
  const parents = await new Parse.Query(Parse.Role).equalTo('roles', children[1]).find();
  assert.deepEqual(parents.map(role => role.getName()), [parent.getName()]);
  const ofBob = await new Parse.Query(Parse.Role).equalTo('users', bob.user).equalTo('objectId', parent.id).find();
  assert.equal(ofBob.length, 1);
});

test('the name of a role is taken once and has plain signs', async () => {
  const role = await roleOf([]);
  await refusedWith(137, new Parse.Role(role.getName(), readable()).save(null, master));
  // The reference leaves the second rule to the SDK.
  if (!isReference) await refusedWith(139, rest('POST', 'roles', { name: 'a,b', ACL: {} }, master));
  assert.throws(() => new Parse.Role('a,b', readable()), { message: /name/ });
});

test('a role needs an ACL', async () => {
  await refusedWith(111, rest('POST', 'roles', { name: unique('Role') }, master));
});

test('a role that is gone gives no rights', async () => {
  const role = await roleOf([ann.user]);
  const object = await objectOf(role);
  await role.destroy(master);
  await refusedWith(101, read(object, ann.as));
});
