// A server with what the rows of `rows.mjs` speak of, and the way to ask it.
import { keys } from '../server.mjs';

const readOnlyKey = 'compat-read-only';
const maintenanceKey = 'compat-maintenance';

/** The settings that the rows need. */
export const variables = {
  // Mail is queued, and nobody takes it.
  ASTROLABE_SMTP_URL: 'smtp://127.0.0.1:1',
  ASTROLABE_MAIL_FROM: 'compat@example.org',
  ASTROLABE_PUBLIC_URL: 'http://127.0.0.1:1/parse',
  ASTROLABE_READ_ONLY_MASTER_KEY: readOnlyKey,
  ASTROLABE_MAINTENANCE_KEY: maintenanceKey,
  ASTROLABE_LOCKOUT_THRESHOLD: '2',
  ASTROLABE_PASSWORDS_PATTERN: '^.{6,}$',
  ASTROLABE_PASSWORDS_WITHOUT_USERNAME: 'true',
  ASTROLABE_PASSWORDS_HISTORY: '2',
  ASTROLABE_IDEMPOTENCY_PATHS: 'classes/CompatOnce',
  ASTROLABE_DENIED_KEYWORDS: JSON.stringify([{ key: 'compatForbidden' }]),
  ASTROLABE_RATE_LIMITS: JSON.stringify([
    { requestPath: '/classes/CompatLimited', requestTimeWindow: 3_600_000, requestCount: 1, includeInternalRequests: true },
  ]),
  ASTROLABE_ROUTES: '(?:[^c]|cl?oud|co|ch).*,classes/Compat(?:|/.*|Once|Limited|Ordered)',
};

/** The headers of the callers that are no users. */
const callers = {
  master: { 'X-Parse-Master-Key': keys.masterKey },
  readOnly: { 'X-Parse-REST-API-Key': '', 'X-Parse-Master-Key': readOnlyKey },
  maintenance: { 'X-Parse-Maintenance-Key': maintenanceKey },
};

/** Returns `ask(request)`, which gives `{ status, body }`. */
export async function makeFixture(url) {
  const names = {};
  const tokens = {};
  const fill = text => text?.replace(/\{(\w+)\}/g, (whole, name) => names[name] ?? whole);
  const ask = async ([method, path, body, who = 'rest', headers = {}]) => {
    const answer = await fetch(url + fill(path), {
      method,
      headers: {
        'X-Parse-Application-Id': keys.appId,
        'X-Parse-REST-API-Key': keys.restKey,
        ...callers[who],
        ...(tokens[who] && { 'X-Parse-Session-Token': tokens[who] }),
        ...(body && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body: fill(body && JSON.stringify(body)),
    });
    return { status: answer.status, body: await answer.json() };
  };
  const make = async (...request) => {
    const { status, body } = await ask(request);
    if (status !== 201 && status !== 200) throw new Error(`${request[1]}: ${JSON.stringify(body)}`);
    return body;
  };
  const user = await make('POST', '/users', { username: 'compat', password: 'secret', email: 'compat@example.com' });
  tokens.user = user.sessionToken;
  tokens.user2 = (await make('POST', '/login', { username: 'compat', password: 'secret' })).sessionToken;
  names.user = user.objectId;
  names.leaver = (await make('POST', '/users', { username: 'compat-leaver', password: 'secret' })).objectId;
  names.object = (await make('POST', '/classes/Compat', { n: 1, s: 'a', list: [1], map: { a: { b: 1 } } })).objectId;
  names.victim = (await make('POST', '/classes/Compat', { n: 1 })).objectId;
  const closed = { secret: { type: 'String' }, owner: { type: 'Pointer', targetClass: '_User' } };
  await make('POST', '/schemas/CompatClosed', { className: 'CompatClosed', fields: closed }, 'master');
  const ordered = { fields: { rank: { type: 'Number' } }, indexes: { by_rank: { rank: 1 } } };
  await make('POST', '/schemas/CompatOrdered', { className: 'CompatOrdered', ...ordered }, 'master');
  await make('GET', '/classes/CompatLimited');
  await make('POST', '/schemas/CompatGone', { className: 'CompatGone' }, 'master');
  await makeRoles(make, names);
  await makeLockedUser(make, ask);
  await make('POST', '/classes/CompatOnce', {}, 'rest', { 'X-Parse-Request-Id': 'compat-once' });
  return ask;
}

/** An object for the members of one role, of which the user is one as a member of another. */
async function makeRoles(make, names) {
  const users = { __op: 'AddRelation', objects: [{ __type: 'Pointer', className: '_User', objectId: names.user }] };
  const child = await make('POST', '/roles', { name: 'compat-child', ACL: {}, users }, 'master');
  const roles = { __op: 'AddRelation', objects: [{ __type: 'Pointer', className: '_Role', objectId: child.objectId }] };
  await make('POST', '/roles', { name: 'compat-parent', ACL: {}, roles }, 'master');
  const shared = await make('POST', '/classes/Compat', { ACL: { 'role:compat-parent': { read: true } } });
  names.shared = shared.objectId;
}

async function makeLockedUser(make, ask) {
  await make('POST', '/users', { username: 'compat-locked', password: 'secret' });
  for (let n = 0; n < 2; n += 1) await ask(['POST', '/login', { username: 'compat-locked', password: 'wrong' }]);
}
