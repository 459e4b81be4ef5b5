// The tables in the order they run. Each stands alone: it makes its own users and classes.
import acl from './requests/acl.mjs';
import aggregate from './requests/aggregate.mjs';
import batch from './requests/batch.mjs';
import bodies from './requests/bodies.mjs';
import config from './requests/config.mjs';
import cors from './requests/cors.mjs';
import dashboard from './requests/dashboard.mjs';
import envelope from './requests/envelope.mjs';
import hostile from './requests/hostile.mjs';
import installations from './requests/installations.mjs';
import keys from './requests/keys.mjs';
import login from './requests/login.mjs';
import objects from './requests/objects.mjs';
import ops from './requests/ops.mjs';
import paths from './requests/paths.mjs';
import permissions from './requests/permissions.mjs';
import places from './requests/places.mjs';
import queries from './requests/queries.mjs';
import schemaOptions from './requests/schema-options.mjs';
import schemas from './requests/schemas.mjs';
import sessions from './requests/sessions.mjs';
import stored from './requests/stored.mjs';
import text from './requests/text.mjs';
import users from './requests/users.mjs';

export const topics = {
  keys,
  cors,
  paths,
  envelope,
  bodies,
  users,
  login,
  sessions,
  installations,
  objects,
  ops,
  stored,
  acl,
  queries,
  places,
  text,
  batch,
  permissions,
  schemas,
  schemaOptions,
  config,
  dashboard,
  aggregate,
  hostile,
};
