import assert from 'node:assert/strict';
import { test } from 'node:test';
import { master, Parse, refusedWith, signUp, unique, useServer } from '../harness.mjs';

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
