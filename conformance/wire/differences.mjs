// Where we answer differently from the recorded reference on purpose. Everything not named here must be the same.
//
// An entry says why, and what is expected of us instead:
//   status, code, error, body   the answer has this; a list means one of these
//   names                       the rows found, by their `name`, in this order; a list of lists means one of these
//   without: key                the recorded answer without this key in its rows
//   ignoring: key               the recorded answer, whatever this key holds in its rows
//   plus: { key: value }        the recorded answer with these keys, too
//   likeRecorded: true          the recorded answer, or a refusal (400 or 404, or the `status` and `code` given)
//   anyBut5xx: true             no promise but the one that holds everywhere: never 5xx
//   check(body, answer)         a function that asserts
// Every error body has a text in `error`.
import acl from './differences/acl.mjs';
import aggregate from './differences/aggregate.mjs';
import batch from './differences/batch.mjs';
import bodies from './differences/bodies.mjs';
import config from './differences/config.mjs';
import dashboard from './differences/dashboard.mjs';
import envelope from './differences/envelope.mjs';
import hostile from './differences/hostile.mjs';
import installations from './differences/installations.mjs';
import login from './differences/login.mjs';
import objects from './differences/objects.mjs';
import ops from './differences/ops.mjs';
import paths from './differences/paths.mjs';
import permissions from './differences/permissions.mjs';
import places from './differences/places.mjs';
import queries from './differences/queries.mjs';
import schemaOptions from './differences/schemaOptions.mjs';
import schemas from './differences/schemas.mjs';
import sessions from './differences/sessions.mjs';
import stored from './differences/stored.mjs';
import text from './differences/text.mjs';
import users from './differences/users.mjs';
import { rules } from './differences/rules.mjs';

/** By topic and name of the request. */
export const differences = {
  acl, aggregate, batch, bodies, config, dashboard, envelope, hostile, installations, login, objects, ops, paths,
  permissions, places, queries, schemaOptions, schemas, sessions, stored, text, users,
};

/** What is expected of us instead of the recorded answer, or undefined. */
export function differenceOf(topic, name, golden) {
  return differences[topic]?.[name] ?? ruleOf(golden);
}

/** The index of object ids is always there; the reference shows it where there are others, but cannot take it back. */
function withoutBuiltInIndex({ status, body }) {
  const { _id_, ...indexes } = body.indexes;
  return { because: 'the built-in index is not shown', status, body: { ...body, indexes } };
}

function ruleOf(golden) {
  if (golden.body?.indexes?._id_) return withoutBuiltInIndex(golden);
  const rule = rules.find(({ applies }) => applies(golden));
  if (!rule) return undefined;
  const { applies, ...difference } = rule;
  return difference;
}
