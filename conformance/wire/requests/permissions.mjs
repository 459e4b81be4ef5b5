// Class-level permissions: pointer permissions, protected fields and default access lists.
import { del, get, pointer, post, put, query } from '../request.mjs';

const master = { keys: 'master' };
const ann = { token: '{{annToken}}' };
const bob = { token: '{{bobToken}}' };
const everybody = { '*': true };
const open = {
  find: everybody, get: everybody, count: everybody, create: everybody, update: everybody, delete: everybody, addField: everybody,
};
const user = id => pointer('_User', id);
const fields = {
  owner: { type: 'Pointer', targetClass: '_User' },
  helpers: { type: 'Array' },
  other: { type: 'Pointer', targetClass: 'PermDoc' },
  text: { type: 'String' },
  secret: { type: 'String' },
  code: { type: 'Object' },
  members: { type: 'Relation', targetClass: '_User' },
};
const rules = (name, classLevelPermissions) =>
  put(name, '/schemas/PermDoc', { classLevelPermissions: { ...open, ...classLevelPermissions } }, master);
const list = (name, who, parameters = {}) =>
  get(name, query('/classes/PermDoc', { order: 'text', keys: 'text,secret', ...parameters }), who);
const read = (name, who, id = '{{of_ann}}') => get(name, `/classes/PermDoc/${id}?keys=text,secret,code`, who);
const write = (name, who, id = '{{of_ann}}', body = { text: 'a' }) => put(name, `/classes/PermDoc/${id}`, body, who);
const ask = (name, where, who, more = {}) => get(name, query('/classes/PermDoc', { where, keys: 'text', ...more }), who);

const callers = [['anybody', {}], ['ann', ann], ['bob', bob], ['master', master]];
const everyCaller = each => callers.flatMap(([name, who]) => each(name, who));

const invalid = (name, classLevelPermissions) =>
  put(`invalid: ${name}`, '/schemas/PermDoc', { classLevelPermissions }, master);

export default [
  post('sign up', '/users', { username: 'p-ann', password: 'secret', email: 'p-ann@example.com', ACL: { '*': { read: true } } }, { save: { ann: 'objectId', annToken: 'sessionToken' } }),
  post('sign up another', '/users', { username: 'p-bob', password: 'secret', ACL: { '*': { read: true } } }, { save: { bob: 'objectId', bobToken: 'sessionToken' } }),
  post('make a role', '/roles', { name: 'PermStaff', ACL: {}, users: { __op: 'AddRelation', objects: [user('{{bob}}')] } }, master),
  post('make the class', '/schemas/PermDoc', { className: 'PermDoc', fields }, master),
  post('object of ann', '/classes/PermDoc', { text: 'a', secret: 'sa', code: { n: 1 }, owner: user('{{ann}}'), helpers: [user('{{bob}}')] }, { ...master, save: { of_ann: 'objectId' } }),
  post('object of bob', '/classes/PermDoc', { text: 'b', secret: 'sb', code: { n: 2 }, owner: user('{{bob}}'), helpers: [user('{{bob}}'), 'x'] }, { ...master, save: { of_bob: 'objectId' } }),
  post('object of nobody', '/classes/PermDoc', { text: 'c', secret: 'sc', helpers: [] }, { ...master, save: { of_nobody: 'objectId' } }),
  put('relation', '/classes/PermDoc/{{of_ann}}', { members: { __op: 'AddRelation', objects: [user('{{ann}}')] } }, master),
  post('object that points', '/classes/PermHolder', { doc: pointer('PermDoc', '{{of_ann}}'), docs: [pointer('PermDoc', '{{of_bob}}')] }, { ...master, save: { holder: 'objectId' } }),

  // Rules that cannot be kept
  invalid('unknown operation', { fly: {} }),
  invalid('pointerFields as text', { find: { pointerFields: 'owner' } }),
  invalid('pointerFields as object', { find: { pointerFields: {} } }),
  invalid('pointerFields of an unknown field', { find: { pointerFields: ['nothing'] } }),
  invalid('pointerFields of a String', { find: { pointerFields: ['text'] } }),
  invalid('pointerFields of another class', { find: { pointerFields: ['other'] } }),
  invalid('pointerFields of a relation', { find: { pointerFields: ['members'] } }),
  invalid('pointerFields with a number', { find: { pointerFields: [1] } }),
  invalid('readUserFields as text', { readUserFields: 'owner' }),
  invalid('readUserFields of an unknown field', { readUserFields: ['nothing'] }),
  invalid('writeUserFields of a String', { writeUserFields: ['text'] }),
  invalid('writeUserFields as object', { writeUserFields: {} }),
  invalid('protectedFields as list', { protectedFields: ['secret'] }),
  invalid('protectedFields as text', { protectedFields: 'secret' }),
  invalid('protectedFields of a text', { protectedFields: { '*': 'secret' } }),
  invalid('protectedFields of an unknown field', { protectedFields: { '*': ['nothing'] } }),
  invalid('protectedFields of objectId', { protectedFields: { '*': ['objectId'] } }),
  invalid('protectedFields of createdAt', { protectedFields: { '*': ['createdAt'] } }),
  invalid('protectedFields of ACL', { protectedFields: { '*': ['ACL'] } }),
  invalid('protectedFields of a bad group', { protectedFields: { 'a b!': ['secret'] } }),
  invalid('ACL as text', { ACL: 'all' }),
  invalid('ACL entry as text', { ACL: { '*': 'all' } }),
  invalid('ACL entry as true', { ACL: { '*': true } }),
  invalid('ACL unknown right', { ACL: { '*': { fly: true } } }),
  invalid('ACL right as text', { ACL: { '*': { read: 'yes' } } }),
  invalid('ACL bad name', { ACL: { 'a b!': { read: true } } }),
  get('nothing was changed', '/schemas/PermDoc', master),

  // Pointer permissions
  ...['owner', 'helpers'].flatMap(field => [
    rules(`${field}: rules`, {
      find: { pointerFields: [field] }, get: { pointerFields: [field] }, count: { pointerFields: [field] },
      update: { pointerFields: [field] }, delete: { pointerFields: [field] }, create: { pointerFields: [field] }, addField: { pointerFields: [field] },
    }),
    ...everyCaller((name, who) => [
      list(`${field}: find by ${name}`, who),
      read(`${field}: get by ${name}`, who),
      get(`${field}: count by ${name}`, query('/classes/PermDoc', { count: 1, limit: 0 }), who),
      write(`${field}: update by ${name}`, who),
      write(`${field}: update of another by ${name}`, who, '{{of_nobody}}', { text: 'c' }),
      post(`${field}: create by ${name}`, '/classes/PermDoc', { text: 'd', owner: user('{{ann}}'), ACL: {} }, who),
      get(`${field}: include by ${name}`, '/classes/PermHolder?include=doc,docs', who),
      get(`${field}: in a subquery by ${name}`, query('/classes/PermHolder', { where: { doc: { $inQuery: { className: 'PermDoc', where: {} } } }, keys: 'none' }), who),
      get(`${field}: select by ${name}`, query('/classes/PermHolder', { where: { objectId: { $dontSelect: { query: { className: 'PermDoc' }, key: 'text' } } }, keys: 'none' }), who),
      get(`${field}: related by ${name}`, query('/users', { where: { $relatedTo: { object: pointer('PermDoc', '{{of_ann}}'), key: 'members' } }, keys: 'username' }), who),
    ]),
    del(`${field}: delete by anybody`, '/classes/PermDoc/{{of_nobody}}'),
    del(`${field}: delete by ann`, '/classes/PermDoc/{{of_nobody}}', ann),
    write(`${field}: new field by bob`, bob, '{{of_bob}}', { [`new_${field}`]: 1 }),
    write(`${field}: new field of another by ann`, ann, '{{of_nobody}}', { [`never_${field}`]: 1 }),
  ]),
  rules('class fields: rules', { find: {}, get: {}, count: {}, update: {}, delete: {}, create: {}, addField: {}, readUserFields: ['owner', 'helpers'], writeUserFields: ['owner'] }),
  get('class fields are shown', '/schemas/PermDoc', master),
  ...everyCaller((name, who) => [
    list(`class fields: find by ${name}`, who),
    read(`class fields: get by ${name}`, who),
    write(`class fields: update by ${name}`, who),
    write(`class fields: update of bob's by ${name}`, who, '{{of_bob}}', { text: 'b' }),
    post(`class fields: create by ${name}`, '/classes/PermDoc', { text: 'd', ACL: {} }, who),
  ]),
  rules('class fields and create: rules', { create: everybody, addField: {}, writeUserFields: ['owner'] }),
  post('class fields: create with a new field', '/classes/PermDoc', { text: 'e', brandNew: 1, ACL: {} }, ann),
  rules('pointers and signed in: rules', { find: { requiresAuthentication: true, pointerFields: ['owner'] }, create: { requiresAuthentication: true, pointerFields: ['owner'] }, update: { 'role:PermStaff': true, pointerFields: ['owner'] } }),
  ...everyCaller((name, who) => [
    list(`signed in: find by ${name}`, who),
    post(`signed in: create by ${name}`, '/classes/PermDoc', { text: 'd', ACL: {} }, who),
    write(`role or owner: update by ${name}`, who),
    write(`role or owner: update of bob's by ${name}`, who, '{{of_bob}}', { text: 'b' }),
  ]),

  // Protected fields
  ...[
    ['everybody', { '*': ['secret', 'code'] }],
    ['not for the signed in', { '*': ['secret', 'code'], authenticated: ['code'] }],
    ['not for staff', { '*': ['secret'], 'role:PermStaff': [] }],
    ['not for ann', { '*': ['secret'], '{{ann}}': [] }],
    ['signed in only', { authenticated: ['secret'] }],
    ['not for owners', { '*': ['secret', 'code'], 'userField:owner': ['code'] }],
    ['not for helpers', { '*': ['secret'], 'userField:helpers': [] }],
    ['two fields', { '*': ['secret', 'code'], 'userField:owner': ['code'], 'userField:helpers': ['secret'] }],
    ['fields of users alone', { 'userField:owner': ['secret'] }],
    ['an unknown field of users', { '*': ['secret'], 'userField:nothing': [] }],
  ].flatMap(([title, protectedFields]) => [
    rules(`${title}: rules`, { protectedFields }),
    ...everyCaller((name, who) => [
      list(`${title}: find by ${name}`, who, { keys: 'text,secret,code' }),
      read(`${title}: get by ${name}`, who),
      ask(`${title}: where by ${name}`, { secret: 'sa' }, who),
    ]),
  ]),
  rules('asking: rules', { protectedFields: { '*': ['secret', 'code', 'members'], 'userField:owner': [] } }),
  ...everyCaller((name, who) => [
    ask(`asking: in $or by ${name}`, { $or: [{ text: 'a' }, { secret: 'sb' }] }, who),
    ask(`asking: in $nor by ${name}`, { $nor: [{ $and: [{ secret: 'sb' }] }] }, who),
    ask(`asking: dotted by ${name}`, { 'code.n': 1 }, who),
    ask(`asking: exists by ${name}`, { secret: { $exists: true } }, who),
    ask(`asking: order by ${name}`, {}, who, { order: '-secret' }),
    ask(`asking: dotted order by ${name}`, {}, who, { order: 'code.n' }),
    ask(`asking: count by ${name}`, { secret: 'sa' }, who, { count: 1, limit: 0 }),
    get(`asking: in a subquery by ${name}`, query('/classes/PermHolder', { where: { doc: { $inQuery: { className: 'PermDoc', where: { secret: 'sa' } } } }, keys: 'none' }), who),
    get(`asking: key of a subquery by ${name}`, query('/users', { where: { username: { $dontSelect: { query: { className: 'PermDoc', where: {} }, key: 'secret' } }, objectId: '{{ann}}' }, keys: 'username' }), who),
    get(`asking: relation by ${name}`, query('/users', { where: { $relatedTo: { object: pointer('PermDoc', '{{of_ann}}'), key: 'members' } }, keys: 'username' }), who),
    get(`asking: include by ${name}`, '/classes/PermHolder?include=doc&keys=doc.text,doc.secret', who),
  ]),
  write('answer holds what was changed', bob, '{{of_ann}}', { 'code.n': { __op: 'Increment', amount: 1 } }),

  // E-mail addresses of users
  get('email of oneself', '/users/{{ann}}?keys=email', ann),
  get('email of another', '/users/{{ann}}?keys=email', bob),
  get('email to me', '/users/me', ann),
  get('ask for an email', query('/users', { where: { email: 'p-ann@example.com' } }), bob),
  get('order by email', query('/users', { order: 'email' }), bob),

  // Default access lists
  rules('default ACL: rules', { ACL: { currentUser: { read: true, write: true }, 'role:PermStaff': { read: true } } }),
  get('default ACL is shown', '/schemas/PermDoc', master),
  ...everyCaller((name, who) => [
    post(`default ACL: create by ${name}`, '/classes/PermDoc', { text: 'z' }, { ...who, save: { made: 'objectId' } }),
    get(`default ACL: stored by ${name}`, '/classes/PermDoc/{{made}}?keys=text', master),
  ]),
  post('default ACL: own list', '/classes/PermDoc', { text: 'z', ACL: { '*': { read: true } } }, { ...ann, save: { made: 'objectId' } }),
  get('default ACL: own list stored', '/classes/PermDoc/{{made}}?keys=text', master),
  post('default ACL: null', '/classes/PermDoc', { text: 'z', ACL: null }, { ...ann, save: { made: 'objectId' } }),
  get('default ACL: null stored', '/classes/PermDoc/{{made}}?keys=text', master),
  write('default ACL: update leaves it', ann, '{{of_ann}}', { text: 'a' }),
  rules('empty default ACL: rules', { ACL: {} }),
  post('empty default ACL: create', '/classes/PermDoc', { text: 'z' }, { ...ann, save: { made: 'objectId' } }),
  get('empty default ACL: get', '/classes/PermDoc/{{made}}', ann),
];
