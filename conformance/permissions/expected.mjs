// What a request has to answer: 'denied', or the objects with exactly the fields that the caller may see. Also what a
// write does to the world.
import { aclAllows, classAllows, found, hiddenFields, hiddenIn, mayAsk, rowAllows } from './oracle.mjs';
import { matches } from './where.mjs';
import { defaultAcl } from './world.mjs';
import { encode } from './wire.mjs';
import { isReference } from '../server.mjs';

/** Missing values come first, but last on PostgreSQL under the reference server. */
const MISSING_RANK = isReference ? 1 : -1;

const denied = { denied: true };
/** The protocol leaves open whether no members are found or the question is refused. */
const nothing = { denied: true, orNothing: true };

export function expectRead(world, caller, request) {
  const aClass = world.classes[request.className];
  switch (request.kind) {
    case 'find': return expectFind(world, caller, aClass, request);
    case 'count': return expectCount(world, caller, aClass, request);
    case 'sum': return expectSum(world, caller, aClass, request);
    case 'get': return expectGet(world, caller, aClass, request);
    case 'related': return expectRelated(world, caller, aClass, request);
    default: throw new Error(request.kind);
  }
}

function expectFind(world, caller, aClass, request) {
  const operation = readOperation(request.where);
  if (classAllows(world, caller, aClass, operation) === 'none') return denied;
  if (!mayAsk(world, caller, aClass, { where: request.where, order: orderFields(request) })) return denied;
  const rows = inOrder(found(world, caller, aClass, request.where, operation), request.order);
  const page = rows.slice(request.skip ?? 0, (request.skip ?? 0) + (request.limit ?? 100));
  return shown(world, caller, aClass, page, request);
}

/** A question for one id and nothing else is a get. */
const readOperation = where =>
  typeof where.objectId === 'string' && Object.keys(where).length === 1 ? 'get' : 'find';

function expectCount(world, caller, aClass, request) {
  if (classAllows(world, caller, aClass, 'count') === 'none') return denied;
  if (!mayAsk(world, caller, aClass, { where: request.where })) return denied;
  return { count: found(world, caller, aClass, request.where, 'count').length };
}

function expectSum(world, caller, aClass, { where, sum, by }) {
  if (classAllows(world, caller, aClass, 'aggregate') === 'none') return denied;
  if (!mayAsk(world, caller, aClass, { where, order: [sum, by] })) return denied;
  const sums = new Map();
  for (const row of found(world, caller, aClass, where, 'aggregate')) {
    const key = row[by] ?? null;
    sums.set(key, (sums.get(key) ?? 0) + (row[sum] ?? 0));
  }
  return { sums: [...sums].map(([objectId, total]) => ({ objectId, total })) };
}

function expectGet(world, caller, aClass, request) {
  const row = aClass.rows.get(request.id);
  if (!row || !rowAllows(world, caller, aClass, 'get', row)) return denied;
  const expected = shown(world, caller, aClass, [row], request);
  // Who gets himself is told the token that he presented.
  const isOneself = aClass.name === '_User' && caller.user === row.objectId;
  if (isOneself && expected.rows) expected.rows[0].sessionToken = caller.token;
  return expected;
}

function expectRelated(world, caller, aClass, { owner }) {
  const ownerClass = world.classes[owner.to];
  const row = ownerClass.rows.get(owner.id);
  const mayFind = classAllows(world, caller, aClass, 'find') !== 'none';
  const mayGet = row && rowAllows(world, caller, ownerClass, 'get', row);
  if (!mayFind || !mayGet || hiddenFields(world, caller, ownerClass).includes('rel')) return nothing;
  const members = (row.rel ?? []).map(member => member.id);
  const rows = found(world, caller, aClass, {}).filter(({ objectId }) => members.includes(objectId));
  return shown(world, caller, aClass, rows, {});
}

const orderFields = ({ order = [] }) => order.map(key => key.replace('-', ''));

function inOrder(rows, order) {
  if (!order) return rows;
  const [first] = order;
  const key = first.replace('-', '');
  const rank = (a, b) => (a === b ? 0 : a === undefined ? MISSING_RANK : b === undefined ? -MISSING_RANK : a < b ? -1 : 1);
  const sign = first.startsWith('-') ? -1 : 1;
  return [...rows].sort((a, b) => sign * rank(a[key], b[key]) || rank(a.objectId, b.objectId));
}

function shown(world, caller, aClass, rows, request) {
  const context = { world, caller };
  const objects = rows.map(row => visible(context, aClass, row, request));
  if (context.refused) return denied;
  return { rows: objects, ordered: Boolean(request.order), orDenied: context.mayBeRefused };
}

/** An object as the caller sees it. */
function visible(context, aClass, row, { keys, include = [] }) {
  const hidden = hiddenIn(context.world, context.caller, aClass, row);
  const object = { objectId: row.objectId };
  if (row.acl !== undefined) object.ACL = row.acl;
  for (const [field, value] of Object.entries(row)) {
    if (['objectId', 'acl'].includes(field) || hidden.includes(field)) continue;
    if (keys && !keys.includes(field) && field !== 'rel') continue;
    const told = include.includes(field) ? included(context, value) : toldAs(aClass, field, value);
    if (told !== undefined) object[field] = told;
  }
  if (aClass.other && showsStub(context, aClass, hidden)) object.rel = { __type: 'Relation', className: aClass.other };
  return object;
}

/** The stub of a relation says nothing of its row; here, one that may be shown in some rows is shown in all of them. */
function showsStub({ world, caller }, aClass, hidden) {
  if (!hidden.includes('rel')) return true;
  const groups = Object.entries(aClass.permissions.protectedFields ?? {});
  const mayShow = groups.some(([key, fields]) => key.startsWith('userField:') && !fields.includes('rel'));
  return !isReference && Boolean(caller.user) && mayShow;
}

const toldAs = (aClass, field, value) => (field === 'rel' ? undefined : encode(value));

function included(context, value) {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value.map(item => included(context, item)).filter(item => item !== undefined);
  const { world, caller } = context;
  const target = world.classes[value.to];
  const allowed = classAllows(world, caller, target, 'get');
  if (allowed === 'none') {
    context.refused = true;
    return undefined;
  }
  // The reference refuses to look for a pointer to somebody who is not signed in.
  if (allowed !== 'all' && !caller.user) context.mayBeRefused = true;
  const row = target.rows.get(value.id);
  if (!row || !rowAllows(world, caller, target, 'get', row)) return undefined;
  return { __type: 'Object', className: target.name, ...visible(context, target, row, {}) };
}

/** Whether a write is done; if so the world is changed. */
export function expectWrite(world, caller, request) {
  const aClass = world.classes[request.className];
  const { kind, id, fields } = request;
  const row = aClass.rows.get(id);
  if (kind === 'create') {
    if (classAllows(world, caller, aClass, 'create') !== 'all') return false;
    const { acl = defaultAcl(aClass.permissions, caller.user), ...values } = fields;
    aClass.rows.set(id, { objectId: id, acl, ...values });
    return true;
  }
  if (!row || !rowAllows(world, caller, aClass, kind, row)) return false;
  if (request.condition && !meetsCondition(world, caller, aClass, row, request.condition)) return false;
  if (kind === 'delete') aClass.rows.delete(id);
  else change(row, fields);
  return true;
}

/** A condition of a write holds only where the caller could have looked. */
function meetsCondition(world, caller, aClass, row, where) {
  const mayLook = mayAsk(world, caller, aClass, { where }) && rowAllows(world, caller, aClass, 'get', row);
  return mayLook && matches(row, where);
}

/** Gives a row new values; an access list stays unless there is a new one. */
export function change(row, { acl = row.acl, ...values }) {
  Object.assign(row, values, { acl });
}

/** Whether nothing about this row, beside that others point at it, may reach the caller. */
export function isSecret(world, caller, row) {
  return !aclAllows(world, caller, row, 'read');
}
