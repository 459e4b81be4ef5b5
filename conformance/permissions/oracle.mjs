// What a caller may see and do, said as simply as possible and without a look at any server's source. Only what the
// documents of the protocol promise: class-level permissions, pointer permissions, access lists, roles, protected
// fields. It answers questions about one row at a time; `expected.mjs` puts whole answers together.
import { matches, namedFields } from './where.mjs';
import { READS } from './world.mjs';

/** `caller`: { user?: id, master?: true }. */
export function principalsOf(world, caller) {
  if (!caller.user) return new Set(['*']);
  const held = new Set(world.roles.filter(role => role.users.includes(caller.user)).map(role => role.name));
  // The members of a child role have the rights of its parents.
  for (let grown = true; grown; ) {
    grown = false;
    for (const role of world.roles) {
      if (!held.has(role.name) && role.children.some(child => held.has(child))) grown = Boolean(held.add(role.name));
    }
  }
  return new Set(['*', caller.user, ...[...held].map(name => `role:${name}`)]);
}

/** Whether the access list of a row lets the caller `read` or `write` it. */
export function aclAllows(world, caller, row, right) {
  if (caller.master || row.acl === undefined) return true;
  const principals = principalsOf(world, caller);
  return Object.entries(row.acl).some(([principal, rights]) => rights[right] === true && principals.has(principal));
}

/**
 * What class-level permissions say of an operation: 'all' rows, 'none' at all, or a list of pointer fields, one of which
 * has to hold the user. No row points at somebody who is not signed in.
 */
export function classAllows(world, caller, aClass, operation) {
  if (caller.master) return 'all';
  const grant = aClass.permissions[operation];
  const principals = principalsOf(world, caller);
  if (Object.keys(grant).some(key => grant[key] === true && principals.has(key))) return 'all';
  // Who may read a row may not aggregate it, unless the operation names somebody itself.
  if (operation === 'aggregate' && !grant.pointerFields?.length && !grant.requiresAuthentication) return 'none';
  const userFields = aClass.permissions[READS.includes(operation) ? 'readUserFields' : 'writeUserFields'];
  const pointers = [...(grant.pointerFields ?? []), ...(userFields ?? [])];
  const hasPointers = pointers.length > 0 && operation !== 'create' && operation !== 'addField';
  if (grant.requiresAuthentication && !caller.user) return 'none';
  if (hasPointers) return pointers;
  return grant.requiresAuthentication ? 'all' : 'none';
}

/** Whether one of the fields of a row points at the user. */
export function pointsAt(row, fields, user) {
  if (!user) return false;
  const holds = value => (Array.isArray(value) ? value.some(holds) : value?.to === '_User' && value.id === user);
  return fields.some(field => holds(row[field]));
}

/** Whether the caller may do the operation with this row, as far as the class and the access list go. */
export function rowAllows(world, caller, aClass, operation, row) {
  const allowed = classAllows(world, caller, aClass, operation);
  if (allowed === 'none') return false;
  if (allowed !== 'all' && !pointsAt(row, allowed, caller.user)) return false;
  return aclAllows(world, caller, row, READS.includes(operation) ? 'read' : 'write');
}

/** The groups of protected fields a caller belongs to wherever the row. */
function staticGroups(world, caller, groups) {
  const principals = principalsOf(world, caller);
  return Object.keys(groups).filter(key => principals.has(key) || (key === 'authenticated' && caller.user));
}

const common = lists => lists.reduce((kept, list) => kept.filter(field => list.includes(field)));

/** Fields hidden from the caller whatever the row; no query may use them. */
export function hiddenFields(world, caller, aClass) {
  if (caller.master) return [];
  const groups = protectedFields(aClass);
  const lists = staticGroups(world, caller, groups).map(key => groups[key]);
  return lists.length > 0 ? common(lists) : [];
}

/** Fields hidden from the caller in this row: groups that a pointer of the row puts the caller in can only show more. */
export function hiddenIn(world, caller, aClass, row) {
  if (aClass.name === '_User' && caller.user === row.objectId) return [];
  const hidden = hiddenFields(world, caller, aClass);
  const groups = protectedFields(aClass);
  const lists = Object.keys(groups)
    .filter(key => key.startsWith('userField:') && pointsAt(row, [key.slice('userField:'.length)], caller.user))
    .map(key => groups[key]);
  return common([hidden, ...lists]);
}

/** The addresses of users are protected from the start. */
function protectedFields(aClass) {
  const groups = aClass.permissions.protectedFields ?? {};
  if (aClass.name !== '_User') return groups;
  return { ...groups, '*': [...(groups['*'] ?? []), 'email'] };
}

/**
 * Whether the caller may ask this question of a class at all: no hidden field in it, and the same of every question
 * inside of it, which needs the permission to find as well.
 */
export function mayAsk(world, caller, aClass, question) {
  const hidden = hiddenFields(world, caller, aClass);
  const { own, inner } = namedFields(question);
  if (own.some(field => hidden.includes(field))) return false;
  return inner.every(({ className, where, key }) => {
    const innerClass = world.classes[className];
    return (
      classAllows(world, caller, innerClass, 'find') !== 'none' &&
      mayAsk(world, caller, innerClass, { where, order: key ? [key] : [] })
    );
  });
}

/** The rows of a class that a caller finds with a condition. */
export function found(world, caller, aClass, where, operation = 'find') {
  const subquery = inner => found(world, caller, world.classes[inner.className], inner.where ?? {});
  return [...aClass.rows.values()].filter(
    row => rowAllows(world, caller, aClass, operation, row) && matches(row, where, subquery),
  );
}
