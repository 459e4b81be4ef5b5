// A random world: users, roles, two classes of its own and the class of users, with permissions of every kind, and
// objects with access lists. Plain data; `build.mjs` puts it on a server and `oracle.mjs` knows what it means.
//
//   world.classes[name] = { name, permissions, rows: Map(objectId -> { objectId, acl, ...fields }) }
//   acl: undefined (none) or { principal: { read, write } }; a pointer in a field: { to: class, id }

import { isReference } from '../server.mjs';

/** The reference has no permission to aggregate. */
export const READS = ['find', 'count', 'get', ...(isReference ? [] : ['aggregate'])];
export const WRITES = ['create', 'update', 'delete'];

/** What may be done with a class. */
const OPERATIONS = [...READS, ...WRITES, 'addField'];

/** Fields of the two classes; `ref` and `rel` lead to the other one. */
export const FIELDS = ['n', 's', 'b', 'list', 'owner', 'team', 'ref', 'rel'];

/** Fields the worlds use in users. */
export const USER_FIELDS = ['username', 'email', 'n', 'friend'];

const WORDS = ['ash', 'ask', 'bee', 'boa', 'cat'];

/** Makes a world for all the users of a server. `name` keeps its classes and roles apart from those of others. */
export function makeWorld(rng, name, users) {
  const world = { name, users, roles: makeRoles(rng, name, users), classes: {} };
  const [first, second] = [`A${name}`, `B${name}`];
  const counts = { [first]: 3 + rng.below(6), [second]: 2 + rng.below(5) };
  const ids = Object.fromEntries(
    Object.entries(counts).map(([c, n]) => [c, Array.from({ length: n }, (_, i) => `${c}x${i}`)]),
  );
  for (const [own, other] of [[first, second], [second, first]]) {
    const permissions = makePermissions(rng, world, FIELDS, ['owner', 'team'], WRITES);
    const makeOne = id => [id, makeRow(rng, world, id, ids, other, permissions)];
    world.classes[own] = { name: own, other, permissions, rows: new Map(ids[own].map(makeOne)) };
  }
  world.classes._User = {
    name: '_User',
    permissions: makePermissions(rng, world, ['username', 'email', 'n', 'friend'], ['friend'], []),
    rows: new Map(users.map(user => [user.id, makeUserRow(rng, world, user)])),
  };
  return world;
}

function makeRoles(rng, name, users) {
  const names = Array.from({ length: rng.below(4) }, (_, i) => `r${name}-${i}`);
  return names.map((role, i) => ({
    name: role,
    id: `R${name}x${i}`,
    users: rng.some(users, 0.35).map(user => user.id),
    // Any role may be the child of any other, so there are cycles too.
    children: rng.some(names.filter(other => other !== role), 0.3),
  }));
}

/** `*`, users and roles, a few of them. */
function principals(rng, world, share = 0.35) {
  const all = [...world.users.map(user => user.id), ...world.roles.map(role => `role:${role.name}`)];
  return rng.some(all, share);
}

/** An access list, or none. */
export function makeAcl(rng, world) {
  return rng.weighted([
    [4, undefined],
    [1, () => ({})],
    [6, () => {
      const acl = {};
      const named = principals(rng, world);
      if (rng.chance(0.3)) named.push('*');
      for (const principal of named) {
        const rights = rng.pick([{ read: true }, { write: true }, { read: true, write: true }]);
        acl[principal] = rights;
      }
      return acl;
    }],
  ]);
}

function makePermissions(rng, world, fields, pointers, writes) {
  const permissions = {};
  for (const operation of OPERATIONS) {
    const isUsed = READS.includes(operation) || writes.includes(operation) || operation === 'addField';
    permissions[operation] = isUsed ? makeGrant(rng, world, pointers, operation) : { '*': true };
  }
  for (const key of ['readUserFields', 'writeUserFields']) {
    if (rng.chance(0.12)) permissions[key] = [rng.pick(pointers)];
  }
  if (rng.chance(0.6)) permissions.protectedFields = makeProtectedFields(rng, world, fields, pointers);
  if (writes.length > 0 && rng.chance(0.25)) permissions.ACL = makeDefaultAcl(rng, world);
  return permissions;
}

function makeGrant(rng, world, pointers, operation) {
  return rng.weighted([
    [5, { '*': true }],
    [0.7, {}],
    [5, () => {
      const grant = Object.fromEntries(principals(rng, world, 0.25).map(principal => [principal, true]));
      if (rng.chance(0.25)) grant.requiresAuthentication = true;
      if (rng.chance(0.35) && operation !== 'create') grant.pointerFields = [rng.pick(pointers)];
      return grant;
    }],
  ]);
}

function makeProtectedFields(rng, world, fields, pointers) {
  const groups = {};
  const list = () => rng.some(fields, 0.35);
  if (rng.chance(0.8)) groups['*'] = list();
  if (rng.chance(0.3)) groups.authenticated = list();
  for (const principal of principals(rng, world, 0.15)) groups[principal] = list();
  for (const pointer of pointers) if (rng.chance(0.3)) groups[`userField:${pointer}`] = list();
  return groups;
}

function makeDefaultAcl(rng, world) {
  const acl = {};
  if (rng.chance(0.6)) acl.currentUser = { read: true, write: true };
  for (const principal of principals(rng, world, 0.2)) acl[principal] = { read: true };
  if (rng.chance(0.3) || Object.keys(acl).length === 0) acl['*'] = { read: true };
  return acl;
}

/** The access list of a new object that was sent without one. */
export function defaultAcl(permissions, userId) {
  if (!permissions.ACL) return undefined;
  const { currentUser, ...acl } = permissions.ACL;
  return currentUser && userId ? { ...acl, [userId]: currentUser } : acl;
}

/** A value for a field; `undefined` is none. */
export function makeValue(rng, world, field, ids, other) {
  if (rng.chance(0.15)) return undefined;
  const user = () => ({ to: '_User', id: rng.pick(world.users).id });
  switch (field) {
    case 'n': return rng.below(6);
    case 's': return rng.pick(WORDS);
    case 'b': return rng.chance(0.5);
    case 'list': return Array.from({ length: rng.below(4) }, () => rng.below(4));
    case 'owner': case 'friend': return user();
    case 'team': return rng.some(world.users, 0.4).map(member => ({ to: '_User', id: member.id }));
    case 'ref': return { to: other, id: rng.chance(0.9) ? rng.pick(ids[other]) : 'gone' };
    case 'rel': return rng.some(ids[other], 0.4).map(id => ({ to: other, id }));
    default: throw new Error(`no such field: ${field}`);
  }
}

function makeRow(rng, world, objectId, ids, other, permissions) {
  const row = { objectId, acl: makeAcl(rng, world) ?? defaultAcl(permissions, undefined) };
  for (const field of FIELDS) row[field] = makeValue(rng, world, field, ids, other);
  return row;
}

function makeUserRow(rng, world, user) {
  const acl = { [user.id]: { read: true, write: true }, ...makeAcl(rng, world) };
  acl[user.id] = { read: true, write: true };
  return {
    objectId: user.id,
    acl,
    username: user.username,
    email: user.email,
    n: makeValue(rng, world, 'n'),
    friend: makeValue(rng, world, 'friend'),
  };
}
