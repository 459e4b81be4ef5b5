// Sends requests, compares the answers with what the oracle expects, and counts every way to be wrong.
import { isDeepStrictEqual } from 'node:util';
import { changeRow, createRow } from './build.mjs';
import { expectRead, expectWrite } from './expected.mjs';
import { body } from './wire.mjs';

/** Ways to be wrong. */
export const MISTAKES = [
  'rowsShown', 'rowsHidden', 'fieldsShown', 'fieldsHidden', 'valuesWrong', 'orderWrong', 'countWrong',
  'allowed', 'refused', 'failed', 'stateWrong', 'inferred',
];

/** Codes that say no: not found, not allowed, condition not met. */
const HIDDEN_IS = new Set([101, 119, 412]);

export async function checkRead(server, world, caller, request, report) {
  const expected = expectRead(world, caller, request);
  const answer = await sendRead(server, caller, request);
  const mistake = (kind, detail) => report(kind, { request, caller, expected, answer, detail });
  const isRefused = answer.status !== 200;
  // Where nobody but the holder of the master key may aggregate, the answer has no code.
  const needsMaster = request.kind === 'sum' && answer.status === 403;
  if (isRefused && !needsMaster && !HIDDEN_IS.has(answer.body.code)) return mistake('failed');
  if (expected.denied) {
    if (!isRefused && !(expected.orNothing && answer.body.results?.length === 0)) mistake('allowed');
    return undefined;
  }
  if (isRefused) return expected.orDenied ? undefined : mistake('refused');
  if (expected.count !== undefined) {
    // The reference tells an empty list where a zero belongs.
    if (Number(answer.body.count) !== expected.count) mistake('countWrong');
    return undefined;
  }
  if (expected.sums) {
    const order = list => [...list].sort((a, b) => (String(a.objectId) < String(b.objectId) ? -1 : 1));
    if (!isDeepStrictEqual(order(answer.body.results), order(expected.sums))) mistake('countWrong');
    return undefined;
  }
  return compareRows(expected, request.kind === 'get' ? [answer.body] : answer.body.results, mistake);
}

export function sendRead(server, caller, request) {
  const query = {};
  for (const part of ['order', 'keys', 'include']) if (request[part]) query[part] = request[part].join(',');
  for (const part of ['limit', 'skip']) if (request[part] !== undefined) query[part] = request[part];
  if (request.where) query.where = request.where;
  if (request.kind === 'related') query.where = { $relatedTo: { object: request.owner, key: 'rel' } };
  if (request.kind === 'count') Object.assign(query, { count: 1, limit: 0 });
  if (request.kind === 'sum') {
    query.pipeline = [{ $group: { _id: `$${request.by}`, total: { $sum: `$${request.sum}` } } }];
    return server.send({ path: `/aggregate/${request.className}`, query }, caller);
  }
  const path = `/classes/${request.className}${request.kind === 'get' ? `/${request.id}` : ''}`;
  return server.send({ path, query }, caller);
}

function compareRows(expected, got, mistake) {
  const ids = list => list.map(({ objectId }) => objectId);
  const [wanted, given] = [ids(expected.rows), ids(got)];
  const [shown, hidden] = [given.filter(id => !wanted.includes(id)), wanted.filter(id => !given.includes(id))];
  if (shown.length > 0) mistake('rowsShown', shown);
  if (hidden.length > 0) mistake('rowsHidden', hidden);
  if (expected.ordered && !shown.length && !hidden.length && !isDeepStrictEqual(wanted, given)) mistake('orderWrong');
  for (const object of got) {
    const like = expected.rows.find(({ objectId }) => objectId === object.objectId);
    if (like) compareObject(like, object, '', mistake);
  }
}

/** Times are not in the model. */
const UNTOLD = new Set(['createdAt', 'updatedAt']);

function compareObject(wanted, given, path, mistake) {
  for (const key of new Set([...Object.keys(wanted), ...Object.keys(given)])) {
    const place = path + key;
    if (UNTOLD.has(key)) continue;
    if (!(key in wanted)) mistake('fieldsShown', place);
    else if (!(key in given)) mistake('fieldsHidden', place);
    else compareValue(wanted[key], given[key], place, mistake);
  }
}

function compareValue(wanted, given, place, mistake) {
  const isObject = value => value?.__type === 'Object';
  if (isObject(wanted) && isObject(given)) return compareObject(wanted, given, `${place}.`, mistake);
  if (Array.isArray(wanted) && Array.isArray(given) && wanted.length === given.length) {
    return wanted.forEach((item, at) => compareValue(item, given[at], `${place}.${at}`, mistake));
  }
  if (!isDeepStrictEqual(wanted, given)) mistake('valuesWrong', place);
  return undefined;
}

export async function checkWrite(server, world, caller, request, report) {
  const isExpected = expectWrite(world, caller, request);
  const answer = await server.send(writeRequest(request), caller);
  const isDone = answer.status < 300;
  const mistake = kind => report(kind, { request, caller, expected: isExpected, answer });
  if (!isDone && !HIDDEN_IS.has(answer.body.code)) mistake('failed');
  else if (isDone && !isExpected) mistake('allowed');
  else if (!isDone && isExpected) mistake('refused');
}

function writeRequest({ kind, className, id, fields, condition }) {
  if (kind === 'create') return { ...createRow(className, fields), body: { objectId: id, ...body(fields) } };
  const query = condition && { where: condition };
  if (kind === 'update') return { ...changeRow(className, { objectId: id }, fields), query };
  return { method: 'DELETE', path: `/classes/${className}/${id}`, query };
}

/** Everything that is stored is what the model says: refused writes have changed nothing. */
export async function checkState(server, world, report) {
  for (const aClass of Object.values(world.classes)) {
    await checkRead(server, world, { master: true }, { kind: 'find', className: aClass.name, where: {} }, (_, what) =>
      report('stateWrong', what),
    );
  }
}
