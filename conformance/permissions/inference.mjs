// What a caller may not see must not change what he is told. Everything that is hidden from him gets other values, and
// his questions must have the same answers as before. This needs no oracle for answers, only one for secrets, and it
// finds what leaks through conditions, orders, counts, pages, includes and subqueries.
import { isDeepStrictEqual } from 'node:util';
import { changeRow, createRow } from './build.mjs';
import { sendRead } from './check.mjs';
import { change, isSecret } from './expected.mjs';
import { hiddenFields, hiddenIn } from './oracle.mjs';
import { makeValue } from './world.mjs';

/** Fields whose values can change without a change of who sees what. */
const HARMLESS = ['n', 's', 'b', 'list', 'ref'];

export async function checkInference(server, world, caller, requests, rng, report) {
  const before = await answers(server, caller, requests);
  await server.admin(disturb(world, caller, rng));
  const after = await answers(server, caller, requests);
  requests.forEach((request, at) => {
    if (!isDeepStrictEqual(before[at], after[at])) {
      report('inferred', { request, caller, expected: before[at], answer: after[at] });
    }
  });
}

const answers = (server, caller, requests) =>
  Promise.all(requests.map(async request => comparable(request, await sendRead(server, caller, request))));

function comparable({ order }, { status, body }) {
  if (!order) body.results?.sort((a, b) => (a.objectId < b.objectId ? -1 : 1));
  return { status, body: timeless(body) };
}

/** A disturbed row of which some fields are seen has a new time of change, and may have. */
function timeless(value) {
  if (Array.isArray(value)) return value.map(timeless);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([key]) => key !== 'updatedAt').map(([key, inner]) => [key, timeless(inner)]),
  );
}

function disturb(world, caller, rng) {
  return Object.values(world.classes).flatMap(aClass => [
    ...[...aClass.rows.values()].flatMap(row => disturbRow(world, caller, aClass, row, rng)),
    ...(aClass.other ? [addSecret(world, aClass, rng)] : []),
  ]);
}

function disturbRow(world, caller, aClass, row, rng) {
  const isWhole = aClass.other && isSecret(world, caller, row);
  if (isWhole && rng.chance(0.2)) {
    aClass.rows.delete(row.objectId);
    return [{ method: 'DELETE', path: `/classes/${aClass.name}/${row.objectId}` }];
  }
  // No question may use a field that is hidden everywhere; what a row shows by a pointer is no secret to its owner.
  const hidden = hiddenFields(world, caller, aClass).filter(field => hiddenIn(world, caller, aClass, row).includes(field));
  const names = isWhole ? [...HARMLESS, 'owner', 'team'] : hidden.filter(field => HARMLESS.includes(field) && field in row);
  if (names.length === 0) return [];
  const fields = newValues(world, aClass, names, rng);
  change(row, fields);
  return [changeRow(aClass.name, row, fields)];
}

function addSecret(world, aClass, rng) {
  const objectId = `${aClass.name}s${aClass.rows.size}${rng.below(1e6)}`;
  const row = { objectId, acl: {}, ...newValues(world, aClass, [...HARMLESS, 'owner', 'team'], rng) };
  aClass.rows.set(objectId, row);
  return createRow(aClass.name, row);
}

function newValues(world, aClass, names, rng) {
  const ids = aClass.other ? { [aClass.other]: [...world.classes[aClass.other].rows.keys(), 'gone'] } : {};
  return Object.fromEntries(names.map(name => [name, makeValue(rng, world, name, ids, aClass.other)]));
}
