// What the Parse protocol has, as rows of the page, each with a request that shows whether we speak it. The page does not
// say what somebody believes: it says what the binary answered.
//
//   [what, request, note?, code?]
//   request: [method, path, body?, who?, headers?]   who: 'rest' (the usual), 'user', 'master', 'readOnly', 'maintenance'
//
// `{user}`, `{object}` and so on are ids that `fixture.mjs` made. A refusal by name (108, or 102 or 252 with words like
// "not available yet") counts as "not yet"; every other answer has to be the one a client wants, a 2xx
// or the given code.

const encoded = where => encodeURIComponent(JSON.stringify(where)).replace(/%7B(\w+)%7D/g, '{$1}');
const find = where => ['GET', `/classes/Compat?where=${encoded(where)}`];
const asked = parameters => ['GET', `/classes/Compat?${parameters}`];
const saved = fields => ['POST', '/classes/Compat', fields];
const changed = fields => ['PUT', '/classes/Compat/{object}', fields];
const permitted = rule => ['PUT', '/schemas/CompatClosed', { classLevelPermissions: { find: { '*': true }, ...rule } }, 'master'];
const install = installationId => ['POST', '/installations', { installationId, deviceType: 'ios' }];
// The hash of "old password".
const bcryptHash = '$2b$04$0IpQGvHBpPSsqa7LSzubGegIDinjjD/ihr4XnpU2g4G6fyqCPwQWO';
const note = { __type: 'Pointer', className: 'Compat', objectId: '{object}' };
const place = { __type: 'GeoPoint', latitude: 1, longitude: 2 };
const box = [{ ...place, latitude: 0 }, { ...place, latitude: 3, longitude: 3 }];

export const sections = [
  ['Objects', 'endpoint', [
    ['`POST /classes/:class`', saved({ n: 2 })],
    ['`GET /classes/:class`', asked('')],
    ['`GET /classes/:class/:id`', ['GET', '/classes/Compat/{object}']],
    ['`PUT /classes/:class/:id`', changed({ s: 'b' })],
    ['`DELETE /classes/:class/:id`', ['DELETE', '/classes/Compat/{victim}']],
    ['`POST /batch`', ['POST', '/batch', { requests: [{ method: 'POST', path: '/parse/classes/Compat', body: { n: 3 } }] }]],
    ['`POST /batch` with `transaction`', ['POST', '/batch', { transaction: true, requests: [{ method: 'POST', path: '/parse/classes/Compat', body: { n: 4 } }] }],
      'all is kept or nothing; the answer names the request at fault'],
    ['`DELETE /purge/:class`', ['DELETE', '/purge/CompatPurged', undefined, 'master']],
    ['`GET /aggregate/:class`', ['GET', '/aggregate/Compat?pipeline=[]', undefined, 'master']],
  ]],
  ['Users and sessions', 'endpoint', [
    ['`POST /users`', ['POST', '/users', { username: 'compat-new', password: 'secret' }]],
    ['`GET /users`, `GET /users/:id`', ['GET', '/users/{user}', undefined, 'user']],
    ['`PUT /users/:id`', ['PUT', '/users/{user}', { phone: '1' }, 'user']],
    ['`DELETE /users/:id`', ['DELETE', '/users/{leaver}', undefined, 'master']],
    ['`GET /users/me`', ['GET', '/users/me', undefined, 'user']],
    ['`GET /login`, `POST /login`', ['POST', '/login', { username: 'compat', password: 'secret' }]],
    ['`POST /logout`', ['POST', '/logout', {}, 'user2']],
    ['`GET /verifyPassword`, `POST /verifyPassword`', ['POST', '/verifyPassword', { username: 'compat', password: 'secret' }]],
    ['`POST /loginAs`', ['POST', '/loginAs', { userId: '{user}' }, 'master']],
    ['`POST /users` with `authData.anonymous`', ['POST', '/users', { authData: { anonymous: { id: 'compat-anonymous' } } }]],
    ['`POST /users` with `authData` of other providers', ['POST', '/users', { authData: { facebook: { id: '1', access_token: 'x' } } }]],
    ['`POST /challenge`', ['POST', '/challenge', { challengeData: {} }]],
    ['`POST /requestPasswordReset`', ['POST', '/requestPasswordReset', { email: 'compat@example.com' }]],
    ['`POST /verificationEmailRequest`', ['POST', '/verificationEmailRequest', { email: 'compat@example.com' }]],
    ['`GET /sessions`, `GET /sessions/:id`', ['GET', '/sessions', undefined, 'user']],
    ['`GET /sessions/me`', ['GET', '/sessions/me', undefined, 'user']],
    ['`POST /sessions`', ['POST', '/sessions', {}, 'user']],
    ['`POST /upgradeToRevocableSession`', ['POST', '/upgradeToRevocableSession', {}, 'user']],
  ]],
  ['Roles, installations, configuration', 'endpoint', [
    ['`/roles`', ['POST', '/roles', { name: 'compat', ACL: {} }, 'master']],
    ['`/installations`', ['POST', '/installations', { installationId: 'c0ffee00-0000-4000-8000-000000000000', deviceType: 'ios' }]],
    ['`GET /config`', ['GET', '/config']],
    ['`PUT /config`', ['PUT', '/config', { params: { compat: 1 } }, 'master']],
    ['`GET /schemas`, `GET /schemas/:class`', ['GET', '/schemas/Compat', undefined, 'master']],
    ['`POST /schemas/:class`', ['POST', '/schemas/CompatMade', { className: 'CompatMade', fields: { n: { type: 'Number' } } }, 'master']],
    ['`PUT /schemas/:class`', ['PUT', '/schemas/CompatClosed', { fields: { compat: { type: 'String' } } }, 'master']],
    ['`DELETE /schemas/:class`', ['DELETE', '/schemas/CompatGone', undefined, 'master']],
    ['`GET /serverInfo`', ['GET', '/serverInfo', undefined, 'master'], 'the features are those of this server'],
    ['`GET /health`', ['GET', '/health']],
  ]],
  ['Files, code and the rest', 'endpoint', [
    ['`/files`', ['POST', '/files/a.txt', { base64: 'YQ==', _ContentType: 'text/plain' }]],
    ['`/functions/:name`', ['POST', '/functions/compat', {}]],
    ['`/jobs`', ['POST', '/jobs/compat', {}, 'master']],
    ['`/hooks`', ['POST', '/hooks/functions', { functionName: 'compat', url: 'https://example.com/' }, 'master']],
    ['`/cloud_code/jobs`', ['POST', '/cloud_code/jobs', { job_schedule: {} }, 'master']],
    ['`/push`', ['POST', '/push', { where: {}, data: { alert: 'x' } }, 'master']],
    ['`/events/:name`', ['POST', '/events/AppOpened', {}]],
    ['`/graphql-config`', ['PUT', '/graphql-config', { params: {} }, 'master']],
    ['`/security`', ['GET', '/security', undefined, 'master']],
  ]],
  ['Types', 'type', [
    ['String, Number, Boolean, Array, Object', saved({ s: 'a', n: 1.5, b: true, list: [1, 'a'], map: { a: { b: 1 } } })],
    ['Date', saved({ at: { __type: 'Date', iso: '2030-01-01T00:00:00.000Z' } })],
    ['Bytes', saved({ bytes: { __type: 'Bytes', base64: 'YQ==' } })],
    ['Pointer', saved({ note })],
    ['Relation', saved({ notes: { __op: 'AddRelation', objects: [note] } })],
    ['GeoPoint', saved({ place })],
    ['Polygon', saved({ area: { __type: 'Polygon', coordinates: [[0, 0], [0, 1], [1, 0]] } })],
    ['File', saved({ file: { __type: 'File', name: 'a.txt' } }), 'as a value: a name, and a `url` if one was sent'],
    ['ACL', saved({ ACL: { '*': { read: true } } })],
  ]],
  ['Operations', 'operation', [
    ['`Increment`', changed({ n: { __op: 'Increment', amount: 1 } })],
    ['`Add`', changed({ list: { __op: 'Add', objects: [1] } })],
    ['`AddUnique`', changed({ list: { __op: 'AddUnique', objects: [1] } })],
    ['`Remove`', changed({ list: { __op: 'Remove', objects: [1] } })],
    ['`AddRelation`, `RemoveRelation`', changed({ notes: { __op: 'RemoveRelation', objects: [note] } })],
    ['`Batch` of relation operations', changed({ notes: { __op: 'Batch', ops: [{ __op: 'AddRelation', objects: [note] }] } })],
    ['`Delete`', changed({ s: { __op: 'Delete' } })],
    ['`SetOnInsert`', changed({ n: { __op: 'SetOnInsert', amount: 1 } })],
    ['dotted keys: set', changed({ 'map.a.b': 2 })],
    ['dotted keys: `Increment`', changed({ 'map.count': { __op: 'Increment', amount: 1 } })],
    ['dotted keys: `Delete`', changed({ 'map.a': { __op: 'Delete' } })],
    ['`where` on one update or delete', ['PUT', `/classes/Compat/{object}?where=${encoded({ objectId: 'another' })}`, { s: 'c' }],
      'beyond Parse: 412 when it does not hold', 412],
    ['`where` on a request of a batch', ['POST', '/batch', { transaction: true, requests: [{ method: 'PUT', path: '/parse/classes/Compat/{object}', where: { objectId: 'another' }, body: {} }] }],
      'beyond Parse', 412],
  ]],
  ['Constraints of a query', 'constraint', [
    ['equality, `$eq`, `$ne`', find({ n: { $ne: 1 }, s: 'a' })],
    ['`$lt`, `$lte`, `$gt`, `$gte`', find({ n: { $lt: 1, $gte: 0 } })],
    ['`$in`, `$nin`', find({ n: { $in: [1], $nin: [2] } })],
    ['`$exists`', find({ n: { $exists: true } })],
    ['`$all`, `$containedBy`', find({ list: { $all: [1], $containedBy: [1, 2] } })],
    ['`$regex`, `$options`', find({ s: { $regex: '^a', $options: 'i' } }),
      "in the syntax of Rust's `regex` with `\\Q…\\E`; look-around and back-references are 102"],
    ['`$or`, `$and`, `$nor`', find({ $or: [{ n: 1 }], $and: [{ n: 1 }], $nor: [{ n: 2 }] })],
    ['`$inQuery`, `$notInQuery`', find({ note: { $inQuery: { className: 'Compat', where: {} } } }),
      'with the permissions of the caller, 10,000 objects at most'],
    ['`$select`, `$dontSelect`', find({ n: { $select: { query: { className: 'Compat', where: {} }, key: 'n' } } }), 'the same'],
    ['`$relatedTo`', find({ $relatedTo: { object: note, key: 'notes' } })],
    ['dotted keys', find({ 'map.a.b': 1 })],
    ['`$text`', find({ s: { $text: { $search: { $term: 'a' } } } }),
      'in 18 languages, with or without a text index; words, phrases and unwanted words as on MongoDB'],
    ['`$nearSphere`, `$maxDistance` and its units', find({ place: { $nearSphere: place, $maxDistanceInMiles: 1 } }),
      'the nearest first, unless another order is given'],
    ['`$within`, `$box`', find({ place: { $within: { $box: box } } })],
    ['`$geoWithin`: `$polygon`, `$centerSphere`', find({ place: { $geoWithin: { $centerSphere: [[1, 2], 0.1] } } })],
    ['`$geoIntersects`', find({ area: { $geoIntersects: { $point: place } } })],
    ['`$relativeTime`', find({ at: { $lt: { $relativeTime: 'in 2 days' } } })],
  ]],
  ['Parameters of a query', 'parameter', [
    ['`where`, `order`, `skip`, `limit`, `count`', asked('where={}&order=n,-s&skip=0&limit=1&count=1')],
    ['`keys`, `excludeKeys`', asked('keys=n&excludeKeys=s')],
    ['`include`, `includeAll`', asked('include=note.note&includeAll=true')],
    ['`order` by dotted keys', asked('order=map.a')],
    ['`order` by `$score`', asked(`order=$score&where=${encoded({ s: { $text: { $search: { $term: 'a' } } } })}`)],
    ['`readPreference` and its kin, `comment`', asked('readPreference=PRIMARY&comment=x'), 'accepted; they mean nothing here'],
    ['`hint`', asked('hint=x')],
    ['`explain`', ['GET', '/classes/Compat?explain=true', undefined, 'master']],
    ['`redirectClassNameForKey`', asked('redirectClassNameForKey=note')],
  ]],
  ['Class-level permissions and schemas', 'rule', [
    ['`find`, `get`, `count`, `create`, `update`, `delete`, `addField` for `*`, users, roles, `requiresAuthentication`',
      permitted({ get: { requiresAuthentication: true, '{user}': true, 'role:x': true } })],
    ['`pointerFields`', permitted({ get: { pointerFields: ['owner'] } })],
    ['`readUserFields`, `writeUserFields`', permitted({ readUserFields: ['owner'], writeUserFields: ['owner'] })],
    ['`protectedFields`', permitted({ protectedFields: { '*': ['secret'], 'userField:owner': [] } })],
    ['a default `ACL`', permitted({ ACL: { currentUser: { read: true } } })],
    ['`required`, `defaultValue`', ['PUT', '/schemas/CompatClosed', { fields: { rank: { type: 'Number', required: true, defaultValue: 1 } } }, 'master']],
    ['`indexes`', ['PUT', '/schemas/CompatClosed', { indexes: { by_secret: { secret: 1 } } }, 'master']],
    ['`indexes` of the kinds `text` and `2dsphere`', ['PUT', '/schemas/CompatClosed', { indexes: { secret_words: { secret: 'text' } } }, 'master'],
      'beyond Parse: `$language`'],
    ['unique `indexes`', ['PUT', '/schemas/CompatClosed', { indexes: { one_secret: { secret: 1, $unique: true } } }, 'master'], 'beyond Parse'],
    ['`onDelete` of pointers', ['PUT', '/schemas/CompatClosed', { fields: { parent: { type: 'Pointer', targetClass: 'Compat', onDelete: 'cascade' } } }, 'master'],
      'beyond Parse: `cascade`, `setNull`, `restrict`'],
  ]],
  ['Accounts, roles and keys', 'rule', [
    ['users are private (`enforcePrivateUsers`)', ['GET', '/users/{leaver}', undefined, 'user'], 'somebody else is not there (101)', 101],
    ['account lockout (`accountLockout`)', ['POST', '/login', { username: 'compat-locked', password: 'secret' }],
      'the right password of a locked account is refused (101)', 101],
    ['`passwordPolicy.validatorPattern`', ['POST', '/users', { username: 'compat-weak', password: 'weak' }], 'refused (142)', 142],
    ['`passwordPolicy.doNotAllowUsername`', ['POST', '/users', { username: 'compat-name', password: 'my compat-name' }], 'refused (142)', 142],
    ['`passwordPolicy.maxPasswordHistory`', ['PUT', '/users/{user}', { password: 'secret' }, 'master'], 'the last ones are refused (142)', 142],
    ['bcrypt hashes of imported users', ['POST', '/users', { username: 'compat-imported', _hashed_password: bcryptHash }, 'maintenance'],
      'beyond Parse: with the maintenance key; replaced at the first log-in'],
    ['`role:Name` in an ACL, through the role of a role', ['GET', '/classes/Compat/{shared}', undefined, 'user']],
    ['… and nobody else', ['GET', '/classes/Compat/{shared}'], 'not there (101)', 101],
    ['the name of a role is taken once', ['POST', '/roles', { name: 'compat-child', ACL: {} }, 'master'], 'refused (137)', 137],
    ['the read-only master key reads', ['GET', '/schemas', undefined, 'readOnly']],
    ['the read-only master key writes nothing', ['POST', '/classes/Compat', { n: 1 }, 'readOnly'], 'refused (119)', 119],
    ['the read-only master key logs nobody in', ['POST', '/login', { username: 'compat', password: 'secret' }, 'readOnly'], 'refused (119)', 119],
    ['the maintenance key chooses `createdAt`', ['POST', '/classes/Compat', { createdAt: { __type: 'Date', iso: '2020-01-01T00:00:00.000Z' } }, 'maintenance']],
    ['a device registers again', install('c0ffee00-0000-4000-8000-000000000000'), 'it stays one row'],
    ['parameters for the master key alone (`masterKeyOnly`)', ['PUT', '/config', { params: { hidden: 1 }, masterKeyOnly: { hidden: true } }, 'master']],
    ['idempotency (`X-Parse-Request-Id`)', ['POST', '/classes/CompatOnce', {}, 'rest', { 'X-Parse-Request-Id': 'compat-once' }],
      'the second request is refused (159)', 159],
  ]],
];
