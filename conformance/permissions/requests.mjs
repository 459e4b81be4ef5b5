// Random requests of a caller. A request is plain data that `oracle.mjs` judges and `send.mjs` sends:
//
//   { kind: 'find' | 'count' | 'sum' | 'get' | 'related' | 'create' | 'update' | 'delete', className, … }
import { isReference } from '../server.mjs';
import { makeAcl, makeValue } from './world.mjs';

const SUBQUERY_DEPTH = 2;

export function makeRead(rng, world) {
  const aClass = rng.pick(Object.values(world.classes));
  return rng.weighted([
    [6, () => ({ kind: 'find', ...makeQuestion(rng, world, aClass), ...makeView(rng, aClass) })],
    [2, () => ({ kind: 'count', className: aClass.name, where: makeConditions(rng, world, aClass) })],
    [isReference ? 0 : 2, () => ({ kind: 'sum', className: aClass.name, where: makeConditions(rng, world, aClass), ...makeSum(rng, aClass) })],
    [2, () => ({ kind: 'get', className: aClass.name, id: anyId(rng, aClass), ...makeView(rng, aClass) })],
    [1, () => makeRelated(rng, world)],
  ]);
}

export function makeWrite(rng, world, serial) {
  const aClass = rng.pick(Object.values(world.classes).filter(({ name }) => name !== '_User'));
  const className = aClass.name;
  return rng.weighted([
    [2, () => ({ kind: 'create', className, id: `${className}n${serial}`, fields: makeFields(rng, world, aClass, 0.5) })],
    [4, () => ({ kind: 'update', className, id: anyId(rng, aClass), fields: makeFields(rng, world, aClass, 0.2), ...makeCondition(rng, world, aClass) })],
    [1, () => ({ kind: 'delete', className, id: anyId(rng, aClass), ...makeCondition(rng, world, aClass) })],
  ]);
}

/** What has to hold for the object of a write, now and then. The reference has no such conditions. */
const makeCondition = (rng, world, aClass) =>
  !isReference && rng.chance(0.3) ? { condition: makeWhere(rng, world, aClass, 0) } : {};

/** The sum of one field for each value of another. */
const makeSum = (rng, aClass) =>
  aClass.name === '_User' ? { sum: 'n', by: rng.pick(['username', 'email']) } : { sum: 'n', by: rng.pick(['s', 's', 'b']) };

function anyId(rng, aClass) {
  const ids = [...aClass.rows.keys()];
  return ids.length === 0 || rng.chance(0.05) ? 'nobody' : rng.pick(ids);
}

function makeFields(rng, world, aClass, share) {
  const ids = { [aClass.other]: [...world.classes[aClass.other].rows.keys(), 'gone'] };
  const names = rng.some(['n', 's', 'b', 'list', 'owner', 'team', 'ref'], share);
  const fields = Object.fromEntries(names.map(name => [name, makeValue(rng, world, name, ids, aClass.other)]));
  if (rng.chance(0.3)) fields.acl = makeAcl(rng, world);
  return fields;
}

/** Which parts of the objects are asked for. */
function makeView(rng, aClass) {
  const isUser = aClass.name === '_User';
  const view = {};
  const pointers = isUser ? ['friend'] : ['owner', 'team', 'ref'];
  if (rng.chance(0.35)) view.include = [rng.pick(pointers)];
  const fields = isUser ? ['username', 'email', 'n', 'friend'] : ['n', 's', 'b', 'list', 'owner', 'team', 'ref'];
  if (rng.chance(0.2)) view.keys = [...new Set([...rng.some(fields, 0.4), rng.pick(fields), ...(view.include ?? [])])];
  return view;
}

const makeConditions = (rng, world, aClass) =>
  rng.weighted([
    [3, {}],
    [1, () => ({ objectId: anyId(rng, aClass) })],
    [9, () => makeWhere(rng, world, aClass, SUBQUERY_DEPTH)],
  ]);

function makeQuestion(rng, world, aClass) {
  const question = { className: aClass.name, where: makeConditions(rng, world, aClass) };
  if (rng.chance(0.35)) {
    const sortable = aClass.name === '_User' ? ['n', 'username', 'email'] : ['n', 's'];
    const key = rng.pick(sortable);
    question.order = [rng.chance(0.5) ? key : `-${key}`, 'objectId'];
    if (rng.chance(0.4)) question.limit = 1 + rng.below(3);
    if (rng.chance(0.3)) question.skip = rng.below(3);
  }
  return question;
}

function makeRelated(rng, world) {
  const owners = Object.values(world.classes).filter(({ name }) => name !== '_User');
  const owner = rng.pick(owners);
  return { kind: 'related', className: owner.other, owner: { to: owner.name, id: anyId(rng, owner) }, where: {} };
}

function makeWhere(rng, world, aClass, depth) {
  const where = Object.assign({}, ...Array.from({ length: 1 + rng.below(2) }, () => makeTest(rng, world, aClass, depth)));
  if (!rng.chance(0.25)) return where;
  const parts = () => Array.from({ length: 1 + rng.below(2) }, () => makeTest(rng, world, aClass, depth));
  return { [rng.pick(['$or', '$and', '$nor'])]: parts(), ...(rng.chance(0.3) && where) };
}

function makeTest(rng, world, aClass, depth) {
  if (aClass.name === '_User') {
    return rng.weighted([
      [3, () => ({ n: numberTest(rng) })],
      [2, () => ({ email: textTest(rng, world.users.map(user => user.email), 'w') })],
      [1, () => ({ username: textTest(rng, world.users.map(user => user.username), 'w') })],
      [2, () => ({ friend: pointerTest(rng, world, world.classes._User, depth) })],
    ]);
  }
  const other = world.classes[aClass.other];
  const element = () => rng.below(4);
  return rng.weighted([
    [3, () => ({ n: rng.chance(0.2) && depth > 0 ? selectTest(rng, world, other, depth) : numberTest(rng) })],
    [2, () => ({ s: textTest(rng, ['ash', 'bee', 'cat'], rng.pick(['a', 'b', 'as'])) })],
    // The reference knows the languages of its database only.
    [isReference ? 0 : 1, () => ({ s: { $text: { $search: { $term: rng.pick(['ash', 'bee', 'cat']), $language: 'none' } } } })],
    [1, () => ({ b: rng.pick([true, false, { $ne: true }, { $exists: false }]) })],
    [2, () => ({ list: rng.pick([element(), { $all: [element(), element()] }, { $in: [element()] }, { $ne: element() }]) })],
    [2, () => ({ owner: pointerTest(rng, world, world.classes._User, depth) })],
    [1, () => ({ team: { to: '_User', id: rng.pick(world.users).id } })],
    [2, () => ({ ref: pointerTest(rng, world, other, depth) })],
    [1, () => ({ rel: { to: other.name, id: anyId(rng, other) } })],
    [1, () => ({ objectId: { $in: [anyId(rng, aClass), anyId(rng, aClass)] } })],
  ]);
}

function numberTest(rng) {
  const number = () => rng.below(6);
  return rng.pick([
    number(), { $ne: number() }, { $lt: number() }, { $lte: number() }, { $gt: number() }, { $gte: number() },
    { $in: [number(), number()] }, { $nin: [number(), number()] }, { $exists: rng.chance(0.5) },
    { $gte: number(), $ne: number() },
  ]);
}

function textTest(rng, values, prefix) {
  const value = rng.pick(values);
  return rng.pick([value, { $ne: value }, { $in: [value] }, { $nin: [value] }, { $regex: `^${prefix}` }, { $exists: true }]);
}

function pointerTest(rng, world, target, depth) {
  const to = () => ({ to: target.name, id: anyId(rng, target) });
  const inner = () => ({ className: target.name, where: makeWhere(rng, world, target, depth - 1) });
  return rng.weighted([
    [3, to],
    [1, () => ({ $ne: to() })],
    [1, () => ({ $in: [to(), to()] })],
    [1, () => ({ $exists: rng.chance(0.5) })],
    [depth > 0 ? 2 : 0, () => ({ $inQuery: inner() })],
    [depth > 0 ? 2 : 0, () => ({ $notInQuery: inner() })],
  ]);
}

function selectTest(rng, world, other, depth) {
  const query = { className: other.name, where: makeWhere(rng, world, other, depth - 1) };
  return { [rng.pick(['$select', '$dontSelect'])]: { query, key: 'n' } };
}
