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
import assert from 'node:assert/strict';

const ZERO = 'U+0000 is refused on both databases';
const LIMIT = 'we may set a limit where the reference has none';
const BROKEN = 'the reference fails with 5xx';
const TYPE = 'a value of the wrong type finds nothing or is refused, but is never our mistake';
const POSTGRES = 'an accident of the PostgreSQL adapter of the reference';
const TOKEN = 'a session token is shown only to whom it was just given or who presented it';
const ORDER = 'list operations keep the order and the duplicates of the list';
const NULLS = 'nulls sort first ascending, on both databases';
const MISSING = 'a field that is not there is null, whether its column exists or not';
const LENIENT = 'we may be stricter than the reference';
const FLAGS = 'a parameter and its flag come and go together, and a flag alone can be changed';
const IGNORED = 'what cannot be meant is refused, not overlooked';
const LATER = 'these features come later; until then they are refused in clear words';
const KEY_TEXTS = 'the words of a URL or body decoder are no promise';
const PROPERTY = 'the name of a property of JavaScript objects is no special name to us';
const CASE = 'user names and e-mail addresses are unique without regard to case, so log-in finds them that way too';
const FILE_URL = 'the addresses of files come with the files feature; until then a stored one is echoed';
const SERVER_OWNED = 'objectId and the times are the server\'s: in an update they are ignored, whatever is sent for them';
const ONE_TEXT = 'one text for every object that is not there';
const EACH_FOR_ITSELF = 'each request of a batch answers for itself, those that lead nowhere too';
const TRANSACTION = 'a transaction that fails answers the error of the request at fault, not 500 without a reason';
const BODY_FIRST = 'what is no JSON object is refused before anything else is asked';

const BESIDE = 'the reference loses what stands beside a value deep inside an object';
const AS_VALUE = 'the reference stores the operation as a value';
const COUNT = 'the reference answers a list for the number of rows that nobody may count';
const UNITS = 'the units of $maxDistance count on both databases; the PostgreSQL adapter of the reference overlooks them';
const NO_PLACE = 'what is no place, no distance or no time is refused, not overlooked';
const WORDS = 'a term is words, phrases and unwanted words as on MongoDB; the PostgreSQL adapter of the reference takes an expression';
const FOLDED = 'words are looked for without marks and case unless asked otherwise, on both databases';
const SCORES = 'better matches come first; the numbers are no promise';
const LEFT_OUT = 'an included object that the caller may not see is left out, whoever asks';

const MONGO = 'the PostgreSQL adapter of the reference passes over what only its MongoDB adapter can do';
const PROJECTED_ID = 'a projection keeps the object id unless it is left out, as with MongoDB';
const rowsAsTheyAre = {
  because: 'without stages the rows are the documents, as with MongoDB',
  status: 200,
  check: body => assert.deepEqual(body.results.map(row => row.name), ['apple', 'pear', 'leek', 'kale']),
};
const foundWithIds = (...names) => ({ because: PROJECTED_ID, status: 200, names });
const withId = { because: PROJECTED_ID, ignoring: 'objectId' };

const refused = because => ({ because, status: [400, 404] });
const lenient = (because = LENIENT) => ({ because, likeRecorded: true });
const any = because => ({ because, anyBut5xx: true });
const badQuery = because => ({ because, status: 400, code: 107 });
const refusedIndex = () => ({ because: 'an index that would not help, or is not one, is refused', status: 400, code: 102 });
const goneWithField = {
  because: 'an index goes with its fields; the reference goes on showing it',
  status: 200,
  check: body => {
    for (const keys of Object.values(body.indexes ?? {})) {
      for (const field of Object.keys(keys)) assert.ok(body.fields[field], `an index on ${field}, which is gone`);
    }
  },
};
const leadsNowhere = {
  because: EACH_FOR_ITSELF,
  status: 200,
  body: [{ error: { code: 108, error: 'There is no such endpoint.' } }],
};
const tellsTime = { because: 'the answer to every creation tells its time', plus: { createdAt: '<time>' } };
const showsNoDocument = body => body.results.forEach(row => assert.deepEqual([row.doc, row.docs], [undefined, []]));
const noToken = { because: TOKEN, without: 'sessionToken' };
const updated = fields => ({ status: 200, body: { ...fields, updatedAt: '<time>' } });
/** The object that was read holds these values. */
const holds = (because, fields) => ({
  because,
  status: 200,
  check: body => Object.entries(fields).forEach(([name, value]) => assert.deepEqual(body[name], value)),
});
const found = (because, ...names) => ({ because, status: 200, names });
const oneOf = (because, ...choices) => ({ because, status: 200, names: choices });

/** Differences of many requests, recognised by the recorded answer. The first that applies counts. */
export const rules = [
  {
    applies: golden => golden.status === 404 && /^<!DOCTYPE html>/.test(golden.body),
    because: 'an unknown endpoint answers JSON, not a page of HTML',
    status: 404,
    code: 108,
  },
  {
    applies: golden => golden.status === 400 && golden.body.code === undefined && /JSON/.test(golden.body.error),
    because: 'the words of a JSON parser are no promise',
    status: 400,
  },
  {
    applies: golden => golden.status === 400 && /^Failed to decode param/.test(golden.body.error),
    because: KEY_TEXTS,
    status: [400, 404],
  },
  {
    applies: golden => [413, 415].includes(golden.status),
    because: KEY_TEXTS,
    status: [400, 413, 415],
  },
  {
    applies: golden => golden.body.error === 'schema class name does not revalidate',
    because: 'the reference has 103 for a bad class name in one place and 107 in another',
    status: 400,
    code: [103, 107],
  },
  {
    applies: golden => /^Postgres doesn't support this query type yet .*"\$/.test(golden.body.error),
    because: 'an unknown operator is 107, as in the reference on MongoDB',
    status: 400,
    code: [102, 107],
  },
  {
    applies: golden => /^Postgres doesn't support/.test(golden.body.error),
    because: POSTGRES,
    anyBut5xx: true,
  },
];

const aboutServer = body => {
  assert.equal(typeof body.parseServerVersion, 'string');
  assert.equal(typeof body.features.schemas, 'object');
};
const hasFields = fields => body => {
  for (const [name, type] of Object.entries(fields)) assert.equal(body.fields[name]?.type, type, name);
};
const hasNoField = field => body => assert.ok(body.fields.owner && !(field in body.fields));
const showsNo = key => (body, answer) => {
  if (answer.status === 200) for (const row of body.results) assert.ok(!(key in row), `a row shows ${key}`);
};

const isAnn = body => assert.deepEqual([body.username, typeof body.sessionToken], ['L-Ann', 'string']);

export const differences = {
  aggregate: {
    'without a pipeline': rowsAsTheyAre,
    'no stages': rowsAsTheyAre,
    'by a missing field': { because: MISSING, status: 200, body: { results: [{ objectId: null, rows: 4 }] } },
    'match a text': foundWithIds('apple', 'pear'),
    'match numbers': foundWithIds('apple', 'pear'),
    'match either': foundWithIds('kale', 'leek'),
    'match a date': foundWithIds('leek', 'pear'),
    'sort and limit': foundWithIds('kale', 'pear'),
    'sort, skip and limit': foundWithIds('pear', 'apple'),
    'sort by two': foundWithIds('kale', 'leek', 'apple', 'pear'),
    'a pointer in a projection': withId,
    'a date in a projection': withId,
    'times in a projection': withId,
    count: { because: MONGO, status: 200, body: { results: [{ rows: 4 }] } },
    unwind: { because: MONGO, status: 200, body: { results: [{ objectId: 'red', rows: 1 }, { objectId: 'sweet', rows: 2 }] } },
    'added fields': {
      because: MONGO,
      status: 200,
      check: body => assert.deepEqual(body.results.map(row => [row.name, row.worth]), [['apple', 10], ['kale', 6], ['leek', 15], ['pear', 10]]),
    },
    'a stage that does not exist': { because: IGNORED, status: 400, code: 102 },
    'a stage that is known and not available': { because: IGNORED, status: 400, code: 102 },
    'a stage that is no object': { because: 'the words of a mishap', status: 400, code: 102 },
    'limit as text': { because: 'the words are those of the database of the reference', status: 400, code: 102 },
    'an alias that nobody can have': { because: 'a name is only a name', status: 200, check: body => assert.deepEqual(Object.values(body.results[0]), [null, 4]) },
    'a pipeline that is no list': { because: 'the words of a mishap', status: 400, code: 102 },
    'a pipeline of a class that does not exist': rowsAsTheyAre,
    'a class name that is not valid': lenient(),
    'distinct dates': {
      because: 'dates have the form that MongoDB\'s adapter of the reference gives them, here as in groups',
      status: 200,
      body: { results: ['2020-01-05T10:20:30.400Z', '2020-02-29T23:59:59.999Z'].map(iso => ({ __type: 'Date', iso })) },
    },
    'users in an aggregation': { because: MISSING, status: 200, check: body => assert.deepEqual(Object.keys(body.results[0]), ['objectId', 'username']) },
    explain: { because: 'a database explains a query in its own form', status: 200, check: body => assert.ok(body.results[0].database && body.results[0].plan) },
    'explain in a word that does not exist': { because: 'the reference checks it on MongoDB only', status: 400, code: 102 },
    'a hint': { because: 'a hint of an index that does not exist is a mistake', status: 400, code: 102 },
    'a hint for anybody': { because: 'how a query is run is for the holder of the master key', status: 400, code: 119 },
  },
  paths: {
    'escaped zero in a class name': { because: ZERO, status: [200, 400, 404] },
    'escaped zero in an id': refused(ZERO),
    'encoded slash in a class name': lenient(),
    'class of 3,000 characters': lenient(LIMIT),
    'server information': { because: 'our features are not its features', status: 200, check: aboutServer },
  },

  envelope: {
    'form content type': { because: '`curl -d` calls JSON a form, so it is read as what it is', status: 201 },
    'multipart body': { because: 'the reference ignores the body and makes an empty object', status: [201, 400, 415] },
    '_method empty': { because: 'the reference overlooks empty envelope keys', status: [201, 400] },
    '_SessionToken empty': { because: 'the reference overlooks empty envelope keys', status: [201, 400, 403] },
    '_context as list': lenient(),
  },

  bodies: {
    'byte order mark': lenient(),
    list: lenient(),
    'list without keys': { because: BODY_FIRST, status: [400, 403] },
    'list of objects': refused(LENIENT),
    'invalid UTF-8': lenient(),
    'content encoding that is not true': { because: 'compressed requests are not promised', status: [400, 415] },
    gzip: { because: 'compressed requests are not promised', status: [201, 400, 415] },
    'number 1e999': refused('a number that JSON cannot give back is refused'),
    'number -1e999': refused('a number that JSON cannot give back is refused'),
    'number of 5,000 digits': refused('a number that JSON cannot give back is refused'),
    'number 1e999 in an object': refused('a number that JSON cannot give back is refused'),
    'zero character in a string': refused(ZERO),
    'zero character in an object': refused(ZERO),
    'zero character in a list': refused(ZERO),
    'zero character in a nested key': refused(ZERO),
    'zero character in a key': refused(ZERO),
    'lone high surrogate': lenient('what is no text is refused or replaced'),
    'lone low surrogate': lenient('what is no text is refused or replaced'),
    'lone surrogate in an object': { because: BROKEN, status: [201, 400] },
    'lone surrogate in a key': refused('what is no text is no name'),
    'nested 1,000 objects': lenient(LIMIT),
    'nested 10,000 objects': refused(LIMIT),
    'nested 100,000 objects': refused(LIMIT),
    'nested 1,000 lists': lenient(LIMIT),
    'nested 100,000 lists': refused(LIMIT),
    'nested 100,000 lists as the body': refused(LIMIT),
    'nested 1,000 conditions': refused(LIMIT),
    'nested 2,000 conditions in the query string': refused(LIMIT),
    'nested query string': refused(LIMIT),
    'key of 10,000 characters': lenient(LIMIT),
    'nested key of 10,000 characters': lenient(LIMIT),
  },

  users: {
    'password of 5,000 characters': lenient(LIMIT),
    'e-mail empty': lenient(),
    'username object': {
      because: 'nested keys are looked at before the field they are in',
      status: 400,
      code: [121, 200],
    },
    'authData as text': refused(LENIENT),
    'find by password': lenient(),
    'find by session token': lenient(),
    'find by authData': lenient(),
    'order by password': { because: 'never a row in the order of its secrets', check: showsNo('password') },
    'keys password': { because: POSTGRES, status: 200, check: showsNo('password') },
    'update username empty': refused('a user keeps a name'),
    'update username null': refused('a user keeps a name'),
    'update username by Delete': refused('a user keeps a name'),
    'update password empty': refused('a user keeps a password'),
    'update password null': refused('a user keeps a password'),
    'update password by Delete': refused('a user keeps a password'),
    'update sessionToken': lenient(),
    'me after deletion': { because: 'sessions end with their user', status: 400, code: 209 },
    'find after deletion': { because: 'sessions end with their user', status: 400, code: 209 },
  },

  login: {
    'username in other case': { because: CASE, status: 200, check: isAnn },
    'e-mail in other case': { because: CASE, status: 200, check: isAnn },
    'username with a zero character': refused(ZERO),
    'password with a zero character': refused(ZERO),
    'list as body': refused(LENIENT),
    'log in as, id number': refused(BROKEN),
  },

  sessions: {
    'own sessions': noToken,
    'own sessions through classes': noToken,
    'sessions with the master key': noToken,
    'sessions by token': noToken,
    'sessions by token with the master key': noToken,
    'sessions by list of tokens with the master key': noToken,
    'sessions with user included': noToken,
    'one of own sessions': noToken,
    'a session with the master key': noToken,
    create: tellsTime,
    'create through classes': tellsTime,
    'create with own token': tellsTime,
    'create for another user': tellsTime,
    'create with an end': tellsTime,
    'delete a session of another user': { because: ONE_TEXT, status: 404, code: 101 },
    'delete again': { because: ONE_TEXT, status: 404, code: 101 },
    'an expired token, sessions/me': { because: 'an expired session is refused here too', status: 400, code: 209 },
  },

  objects: {
    read: { because: FILE_URL, ignoring: 'file' },
    find: { because: FILE_URL, ignoring: 'file' },
    'read nulls': { because: FILE_URL, ignoring: 'file' },
    'file without url, read back': { because: FILE_URL, ignoring: 'file' },
    'write back what was read': { because: SERVER_OWNED, ...updated({}) },
    'create with a relation as it is read': { because: BROKEN, status: 201 },
    'create with a new relation as it is read': { because: BROKEN, status: 201 },
    'update objectId': { because: 'the reference renames the object', status: [200, 400] },
    'objectId stays': { because: 'the reference renames the object', status: 200, check: body => assert.equal(body.text, 'b') },
    'date with a number': { because: BROKEN, status: 400, code: [107, 111] },
    'date that is none': { because: BROKEN, status: 400, code: [107, 111] },
    'date out of the calendar': { because: BROKEN, status: 400, code: [107, 111] },
    'date before Christ': { because: BROKEN, status: [201, 400] },
    'date of the year 275760': { because: BROKEN, status: [201, 400] },
    'pointer without objectId': lenient(),
    'pointer with a number': lenient(),
    'pointer with an object': { because: LENIENT, status: 400, code: [111, 121] },
    'object form of a pointer': { because: 'SDKs of other languages send included objects back as they came', status: 201 },
    'pointer with an empty id': lenient(),
    'pointer with a null id': lenient(),
    'pointer to a bad class name': lenient(),
    'pointer to a class of hostile text': lenient(),
    'point out of range': lenient(),
    'point far east': lenient(),
    'point of texts': lenient(),
    'second point in a class': lenient('one GeoPoint field in a class, as the schema endpoint says'),
    'area of texts': refused(BROKEN),
    'area out of range': refused(BROKEN),
    'area of one point three times': refused(BROKEN),
    'area without coordinates': { because: LENIENT, status: 400, code: [107, 111] },
    'bytes that are no base64': lenient(),
    'bytes with a number': lenient(),
    'file with a number': lenient(),
    '__type null': lenient(),
    'bad date inside an object': lenient(),
    'dotted key at creation': lenient('the reference drops the value without a word'),
  },

  ops: {
    'Add several': { because: ORDER, ...updated({ list: [1, 3, 'b', { x: 1 }, null, 3] }) },
    'Add nothing': { because: ORDER, ...updated({ list: [1, 3, 'b', { x: 1 }, null, 3] }) },
    AddUnique: { because: ORDER, ...updated({ uniqueList: [1, 'b'] }) },
    'AddUnique of what is there': { because: ORDER, ...updated({ uniqueList: [1, 'b'] }) },
    'AddUnique twice the same': { because: ORDER, ...updated({ uniqueList: [1, 'b', 'c'] }) },
    'AddUnique of an object': {
      because: ORDER,
      ...updated({
        mixed: [
          { x: 1 },
          { __type: 'Pointer', className: 'OpOther', objectId: 'abc' },
          { __type: 'Date', iso: '2020-01-01T00:00:00.000Z' },
        ],
      }),
    },
    'AddUnique to a new field': { because: ORDER, ...updated({ freshUnique: [1, 2] }) },
    'Increment objectId': { because: SERVER_OWNED, ...updated({}) },
    'Increment createdAt': { because: SERVER_OWNED, ...updated({}) },
    'nested Increment deeper': {
      because: 'the reference stores the operation as a value',
      ...updated({ object: { deep: { n: 3 } } }),
    },
    'nested Add': refused('the reference stores the operation as a value'),
    'nested set, empty part': refused(LENIENT),
    'nested set, two dots': refused(LENIENT),
    'nested set, dollar part': lenient(),
    'nested set of hostile text': lenient(),
    'nested set with quotes': lenient(),
    'nested set and the whole': lenient(),
    'Increment without amount': refused('the reference stores null'),
    'Increment by text': lenient(),
    'Increment by null': refused('the reference stores null'),
    'Increment by an object': refused(BROKEN),
    'Add without objects': refused('the reference stores null'),
    'Add text': refused(BROKEN),
    'Add null': refused(BROKEN),
    'Add an object': refused(BROKEN),
    'AddUnique without objects': refused('the reference stores null'),
    'Remove without objects': refused('the reference stores null'),
    'Delete a field that was never there': { because: BROKEN, status: 200 },
    'Delete objectId': { because: BROKEN, status: [200, 400] },
    SetOnInsert: { because: BROKEN, status: [200, 400] },
    'unknown operation': refused(BROKEN),
    'operation null': refused(LENIENT),
    'operation as number': refused(BROKEN),
    'operation as object': refused(BROKEN),
    'operation in lower case': refused(BROKEN),
    'operation named like an object property': refused(BROKEN),
    'operation inside an object': lenient(),
    'operation inside a list': lenient(),
    'Batch of other operations': refused('only relation operations can be in a Batch'),
    'AddRelation of mixed classes': lenient(),
    'AddRelation of nothing': { because: BROKEN, status: [200, 400] },
    'AddRelation of nothing to a new field': { because: BROKEN, status: [200, 400] },
    'AddRelation without objects': refused(BROKEN),
    'AddRelation of no pointers': refused(LENIENT),
    'AddRelation of text': refused(LENIENT),
    'AddRelation of null': refused(BROKEN),
    'Batch without ops': refused(BROKEN),
    'Batch empty': { because: BROKEN, status: [200, 400] },
    'relation by Delete': { because: BROKEN, status: [200, 400] },
    'create with SetOnInsert': { because: BROKEN, status: [201, 400] },
    'create with an unknown operation': refused(BROKEN),
    'create with Increment by text': refused('the reference speaks of lists'),
    'create with an operation inside an object': lenient(),
  },

  stored: {
    'AddUnique of a number and its text: change': { because: ORDER, ...updated({ l: [1, '1'] }) },
    'AddUnique of a number and its text: read': holds(ORDER, { l: [1, '1'] }),
    'AddUnique to a list with duplicates: change': { because: ORDER, ...updated({ l: [1, 1] }) },
    'AddUnique to a list with duplicates: read': holds(ORDER, { l: [1, 1] }),
    'dotted set at depth: read': holds(BESIDE, { o: { n: 1, list: [1], deep: { n: 1, text: 'y' } } }),
    'dotted Increment at depth: change': { because: AS_VALUE, ...updated({ o: { deep: { n: 3 } } }) },
    'dotted Increment at depth: read': holds(AS_VALUE, { o: { n: 1, list: [1], deep: { n: 3, text: 'x' } } }),
    'dotted Increment of text: change': refused(BROKEN),
    'dotted Delete at depth: read': holds(BESIDE, { o: { n: 1, list: [1], deep: { text: 'x' } } }),
    'dotted Add: change': refused(AS_VALUE),
    'dotted Add: read': holds(AS_VALUE, { o: { n: 1, list: [1], deep: { n: 1, text: 'x' } } }),
    'dotted AddUnique: change': refused(AS_VALUE),
    'dotted AddUnique: read': holds(AS_VALUE, { o: { n: 1, list: [1], deep: { n: 1, text: 'x' } } }),
    'dotted Remove: change': refused(AS_VALUE),
    'dotted Remove: read': holds(AS_VALUE, { o: { n: 1, list: [1], deep: { n: 1, text: 'x' } } }),
    'dotted set in a list: change': refused(POSTGRES),
    'SetOnInsert: change': { because: BROKEN, ...updated({}) },
  },

  acl: {
    'ACL null': lenient(),
    'count for master': { because: 'the reference estimates', status: 200, body: { results: [], count: 5 } },
    'query on _rperm': lenient(),
    'query on _wperm with the master key': any(BROKEN),
    'order by ACL': any(POSTGRES),
    'ACL as text': lenient(),
    'ACL as number': lenient(),
    'ACL as list': lenient(),
    'ACL as list of texts': lenient(),
    'ACL as true': lenient(),
    'ACL null at creation': lenient(),
    'entry as true': lenient(),
    'entry as text': lenient(),
    'entry null': refused(BROKEN),
    'entry empty': lenient(),
    'right as text': lenient(),
    'right as number': lenient(),
    'right null': lenient(),
    'unknown right': lenient(),
    'entry named empty': lenient(),
    'entry of hostile text': lenient(),
    'entry with a comma': lenient(),
    'entry with a zero character': refused(ZERO),
    'ACL with 1,000 entries': lenient(LIMIT),
    'ACL as pointer': lenient(),
    'ACL as Increment': lenient(),
    unresolved: { because: LENIENT, status: 400, code: 123 },
  },

  permissions: {
    ...Object.fromEntries([
      'pointerFields as object',
      'pointerFields of an unknown field',
      'pointerFields of a String',
      'pointerFields of another class',
      'pointerFields of a relation',
      'pointerFields with a number',
      'writeUserFields as object',
      'protectedFields as list',
    ].map(name => [`invalid: ${name}`, { because: 'the reference prints what JavaScript makes of an object', status: 400, code: 107 }])),
    ...Object.fromEntries(['owner', 'helpers'].flatMap(field => [
      [`${field}: count by anybody`, { because: COUNT, status: 200, body: { results: [], count: 0 } }],
      [`${field}: count by master`, { because: 'the reference estimates', status: 200, check: body => assert.ok(body.count >= 3) }],
      [`${field}: include by anybody`, { because: LEFT_OUT, status: 200, check: showsNoDocument }],
    ])),
    ...Object.fromEntries([
      'helpers: rules', 'class fields: rules', 'class fields are shown', 'class fields and create: rules', 'pointers and signed in: rules',
      'everybody: rules', 'not for the signed in: rules', 'not for staff: rules', 'not for ann: rules', 'signed in only: rules',
      'not for owners: rules', 'not for helpers: rules', 'two fields: rules', 'fields of users alone: rules',
      'an unknown field of users: rules', 'asking: rules', 'default ACL: rules', 'default ACL is shown', 'empty default ACL: rules',
    ].map(name => [name, { because: 'a refused update makes no field', status: 200, check: hasNoField('never_owner') }])),
    ...Object.fromEntries(['owner: related by anybody', 'owner: related by bob', 'helpers: related by anybody', 'helpers: related by ann']
      .map(name => [name, { because: 'who may not see the owner of a relation is told so, as by a get of it', status: 404, code: 101 }])),
    ...Object.fromEntries(['anybody', 'ann', 'bob'].map(name => [
      `asking: key of a subquery by ${name}`,
      { because: 'what is hidden in any row is no key of a subquery: its values could be found out', status: 400, code: 119 },
    ])),
    'asking: include by bob': any('the stub of a relation says nothing of its row, so one that is shown in some rows is shown in all'),
    'asking: in $nor by master': any(MISSING),
    'asking: exists by master': any('the order of rows is not asked for'),
    'asking: order by master': any(NULLS),
    'asking: dotted order by master': any(NULLS),
  },

  queries: {
    'pointer of another class': oneOf(POSTGRES, ['one'], []),
    'pointer by text': any(TYPE),
    'nested in a list of values': found(POSTGRES, 'one', 'two'),
    'nested exists': found(POSTGRES, 'one'),
    'nested does not exist': found(POSTGRES, 'two', 'three', 'four', 'five'),
    element: found(BROKEN, 'one', 'two'),
    'element text': found(BROKEN, 'one', 'two'),
    'whole list': any(POSTGRES),
    '$ne date': found(BROKEN, 'two', 'three', 'four', 'five'),
    '$ne element': found(MISSING, 'three', 'four', 'five'),
    '$gt null': any(TYPE),
    '$gt boolean': any(TYPE),
    '$gt list': any(TYPE),
    '$gt object': any(TYPE),
    '$in dates': found(BROKEN, 'one'),
    '$in with null': found(MISSING, 'one', 'four', 'five'),
    '$in only null': found(BROKEN, 'four'),
    '$in empty': { because: POSTGRES, status: 200, body: { results: [] } },
    $nin: found(MISSING, 'two', 'three', 'four'),
    '$nin texts': found(MISSING, 'two', 'three', 'four', 'five'),
    '$nin pointers': found(MISSING, 'two', 'three', 'four', 'five'),
    '$nin elements': found(MISSING, 'three', 'four', 'five'),
    'unknown field $ne': found(MISSING, 'one', 'two', 'three', 'four', 'five'),
    'unknown field null': found(MISSING, 'one', 'two', 'three', 'four', 'five'),
    'unknown operator beside a known one': { because: 'the reference overlooks it', status: 400, code: [102, 107] },
    '$exists with text': lenient(),
    '$exists with null': any(BROKEN),
    '$eq with an object': any(BROKEN),
    '$ne with an object': any(TYPE),
    'objectId as number': any(TYPE),
    'text for number': any(TYPE),
    'number for text': any(TYPE),
    'text for boolean': any(TYPE),
    'text for date': any(TYPE),
    'bad date': any(TYPE),
    '$gt bad date': any(TYPE),
    '$gt date as text': any(TYPE),
    '$gt text for number': any(TYPE),
    '$gt number for text': any(TYPE),
    '$in mixed types': any(TYPE),
    '$in texts for number': any(TYPE),
    'pointer without id': any(TYPE),
    'boolean for number': any(TYPE),
    'pointer and operator together': lenient(),
    'key _id': refused(LENIENT),
    'key ending in a dot': lenient(),
    'key beginning with a dot': refused(LENIENT),
    'key with a quote after a dot': {
      because: 'a nested key is a bound value like any other, so every character is allowed',
      status: 200,
      body: { results: [] },
    },
    'key constructor': lenient(PROPERTY),
    'nested key of a number': any(TYPE),
    'value with a zero character': { because: ZERO, status: [200, 400] },
    'element beside a null list': {
      because: BROKEN,
      status: 200,
      check: body => assert.deepEqual(body.results.map(row => row.rank), [2]),
    },
    'null list': any('a list with a null in it may count as null, as in the reference on MongoDB'),
    'where as number': refused(BROKEN),
    'where as list': lenient(),
    'where null': { because: BROKEN, status: [200, 400] },
    'where as number in a body': refused(BROKEN),
    'where as list in a body': refused(LENIENT),
    'where null in a body': { because: BROKEN, status: [200, 400] },
    'where true in a body': refused(BROKEN),

    'order ascending': found(NULLS, 'four', 'three', 'one', 'five', 'two'),
    'order descending': found(NULLS, 'two', 'one', 'five', 'three', 'four'),
    'order by text': found(NULLS, 'four', 'two', 'one', 'five', 'three'),
    'order by text, descending': found(NULLS, 'three', 'five', 'one', 'two', 'four'),
    'order by date': found(NULLS, 'three', 'four', 'five', 'one', 'two'),
    'order by boolean': found(NULLS, 'three', 'four', 'five', 'two', 'one'),
    'order by nested': found(NULLS, 'three', 'four', 'five', 'one', 'two'),
    'order with an empty part': found('an empty part of a list says nothing', 'one'),
    'order by number text': { because: 'a number is no list of names', status: 400, code: [102, 105] },
    'order as object in a body': refused(LENIENT),
    'order as number in a body': refused(LENIENT),
    'order by _created_at': lenient(),

    'limit negative': any('a limit that is none'),
    'limit text': refused(BROKEN),
    'limit empty': lenient(),
    'limit fraction': any('a limit that is none'),
    'limit huge': any('a limit that is none'),
    'limit null': lenient(),
    'limit list': any('a limit that is none'),
    'limit object': refused(BROKEN),
    'limit true': any('a limit that is none'),
    'limit as word in a body': refused(BROKEN),
    'skip negative': any('a skip that is none'),
    'skip text': refused(BROKEN),
    'skip fraction': any('a skip that is none'),
    'skip huge': any('a skip that is none'),
    'count text': lenient(),

    'keys nested': found(POSTGRES, 'one'),
    'keys with spaces': { because: 'spaces beside a comma are no part of a name', status: [200, 400] },
    'keys of a bad name': lenient(),
    'keys of hostile text': lenient(),
    'keys of system fields': lenient(),
    'keys as number in a body': lenient(),
    'include of all': found('the reference adds all lists to the keys', 'one'),
    'include as list in a body': found('the reference takes a list for keys but not for include', 'one'),
    'include as number in a body': lenient(),
    'include of a bad name': lenient(),
    'include of 12 levels': lenient(LIMIT),
    'hint of nothing': { because: 'how a query is run is for the holder of the master key', status: 400, code: 119 },
    redirectClassNameForKey: any('not part of what we promise'),
    'the same parameter twice': any(BROKEN),
    'a class with a bad name': lenient(),
    'a class with a number first': lenient(),
    'an internal class with the master key': lenient('internal classes come with what uses them'),
    'an unknown class with underscore': lenient(),
    'a join table': { because: 'there is nothing to find there', status: [200, 400, 404] },
    'the table of schemas': lenient(),
  },

  places: {
    'near, in another order': found('an order that is given counts, as on MongoDB', 'fiji', 'munich', 'potsdam', 'berlin'),
    'maxDistance below 0': badQuery(NO_PLACE),
    'maxDistance as text': badQuery(NO_PLACE),
    maxDistanceInRadians: found(UNITS, 'berlin', 'potsdam'),
    maxDistanceInMiles: found(UNITS, 'berlin', 'potsdam'),
    maxDistanceInKilometers: found(UNITS, 'berlin', 'potsdam'),
    minDistance: badQuery('an operator that is unknown on MongoDB is refused here too'),
    'near a number': badQuery(NO_PLACE),
    'near a list': badQuery(NO_PLACE),
    'near a place out of range': badQuery(NO_PLACE),
    'near, on a text': found(TYPE),
    'box of one corner': badQuery(BROKEN),
    'box of numbers': badQuery(BROKEN),
    'polygon with a place out of range': badQuery(BROKEN),
    'center sphere out of range': badQuery(BROKEN),
    'intersects out of range': badQuery(BROKEN),
    'intersects on a GeoPoint': found(TYPE),
    'relative time of nothing': badQuery(BROKEN),
    'relative time as number': badQuery(BROKEN),
    'relative time too far': badQuery(BROKEN),
    'relative time on an unknown field': badQuery(BROKEN),
    'relative time in a list': badQuery(BROKEN),
    'index of places': {
      because: BROKEN,
      status: 200,
      check: body => assert.deepEqual(body.indexes, { spots: { at: '2dsphere' } }),
    },
  },

  text: {
    'two words': found(WORDS, 'shop', 'tea'),
    'a phrase': found(WORDS, 'shop'),
    'a phrase in another order': found(WORDS),
    'a word and not another': found(WORDS, 'beans'),
    'nothing but an unwanted word': found(WORDS),
    'a word without its marks': found(FOLDED, 'cafe'),
    'language none': found('a language of MongoDB that the PostgreSQL adapter of the reference does not know', 'shop'),
    'unknown language': badQuery(BROKEN),
    'case sensitive': found('case counts where that is asked, on both databases'),
    'not diacritic sensitive': found(FOLDED, 'cafe'),
    'a term of 2,000 characters': refused(LIMIT),
    'search null': badQuery(BROKEN),
    'on a number': found(TYPE),
    'sorted by score': { because: SCORES, ignoring: 'score' },
    'sorted by score, descending': { because: SCORES, ignoring: 'score' },
    'score without order': { because: SCORES, ignoring: 'score' },
    'sorted by a score that is not shown': found(BROKEN, 'beans', 'shop'),
    'score without a search': found(BROKEN, 'shop', 'beans', 'tea', 'cafe', 'none'),
    'sorted by score without a search': { because: 'there is no score to sort by', status: 400, code: 102 },
  },

  batch: {
    'no method': { because: 'the reference prints undefined', status: 400, code: 107 },
    'method as number': { because: BROKEN, status: 400, code: 107 },
    'unknown endpoint': leadsNowhere,
    health: leadsNowhere,
    '_method in a body': leadsNowhere,
    'bad class': {
      because: 'the reference has 103 for a bad class name in one place and 107 in another',
      status: 200,
      check: body => assert.ok([103, 107].includes(body[0].error.code)),
    },
    'list as body': { because: BODY_FIRST, status: 400 },
    'path with a query': any('the reference takes the query for a part of the class name'),
    'body as text': any(LENIENT),
    'body as list': any(LENIENT),
    'body null': any(LENIENT),
    'transaction that fails': {
      because: TRANSACTION,
      status: 400,
      code: 111,
      check: body => assert.equal(body.index, 1),
    },
    'transaction as text': {
      because: 'a batch that was to be a transaction must not be kept by halves',
      status: 400,
      code: 107,
    },
  },

  installations: {
    'number as id': { because: BROKEN, status: 400, code: 135 },
    'object as token': { because: 'no text, so there is no id to go by', status: 400, code: 135 },
    'unset a token': { because: POSTGRES, status: 200 },
  },

  config: {
    'after no params': { because: 'clients find params in every answer', status: 200, body: { params: {} } },
    'it is gone': { because: FLAGS, ignoring: 'masterKeyOnly' },
    'flag without param': { because: FLAGS, status: 200, body: { result: true } },
    'nothing changed': {
      because: FLAGS,
      status: 200,
      check: ({ params }) => assert.ok(params.limit === 4 && !('welcome' in params)),
    },
    'add to a list': { because: 'inside an object a list is set as a whole', status: 400, code: 108 },
    'params of another type': { because: IGNORED, status: 400, code: 107 },
    'params as a list': { because: IGNORED, status: 400, code: 107 },
    'flags of another type': { because: IGNORED, status: 400, code: 107 },
    'flag that is no boolean': { because: IGNORED, status: 400, code: 107 },
    'name with a dot': { because: 'a dot would divide the name', status: 400, code: 105 },
    'name with a dollar': { because: LENIENT, status: 400, code: 105 },
    'empty name': { because: LENIENT, status: 400, code: 105 },
    'date that is none': { because: LENIENT, status: 400, code: 111 },
  },

  dashboard: {
    'one function': { because: LATER, status: 400, code: 108 },
    'one trigger': { because: LATER, status: 400, code: 108 },
    'schedule a job': { because: LATER, status: 400, code: 108 },
    'change a schedule': { because: LATER, status: 400, code: 108 },
    'remove a schedule': { because: LATER, status: 400, code: 108 },
    'run a job': { because: LATER, status: 400, code: 108 },
    'one audience': { because: LATER, status: 400, code: 108 },
    'security is off': { because: LATER, status: 400, code: 108 },
    push: { because: LATER, status: 400, code: 108 },
  },

  schemas: {
    'name of 100 characters': lenient(LIMIT),
    'a class with 100 characters': lenient(LIMIT),
    'name __proto__': { because: PROPERTY, status: 400, code: 103 },
    'name constructor': { because: PROPERTY, status: [200, 400] },
    'name toString': { because: PROPERTY, status: [200, 400] },
    'name number': { because: LENIENT, status: 400 },
    'name null': { because: LENIENT, status: 400 },
    'a join table': lenient(),
    'unknown key in the body': lenient(),
    'fields as list': lenient(),
    'fields as text': refused(LENIENT),
    'fields null': { because: BROKEN, status: [200, 400] },
    'field null': refused(BROKEN),
    'field name constructor': { because: PROPERTY, status: [200, 400] },
    'field name __proto__': refused(PROPERTY),
    'required as text': lenient(),
    'a null where there is a default': { because: BROKEN, status: [201, 400] },
    'default for a relation': refused(LENIENT),
    'read a built-in class': {
      because: 'other topics add fields to this class',
      status: 200,
      check: hasFields({ objectId: 'String', createdAt: 'Date', updatedAt: 'Date', ACL: 'ACL', username: 'String', password: 'String', email: 'String', emailVerified: 'Boolean', authData: 'Object', nick: 'String' }),
    },
    'change a built-in class': {
      because: 'other topics add fields to this class',
      status: 200,
      check: hasFields({ username: 'String', nick: 'String' }),
    },
    'read the sessions class': {
      because: 'other topics add fields to this class',
      status: 200,
      check: hasFields({ user: 'Pointer', installationId: 'String', sessionToken: 'String', expiresAt: 'Date', createdWith: 'Object' }),
    },
    'two new fields, one wrong': lenient('one GeoPoint field in a class, as the schema endpoint says'),
    'unknown operation on a field': { because: LENIENT, status: 400, code: [107, 255] },
    'delete a class with objects': {
      because: 'whether the object with a second GeoPoint was saved is not told',
      status: 400,
      code: 255,
    },
    'purge a bad name': lenient(),
  },
  schemaOptions: {
    'create with indexes as text': refusedIndex(),
    'indexes as text': refusedIndex(),
    'indexes null': { because: BROKEN, status: 200 },
    'add an index on a list': refusedIndex(),
    'add an index on an object': refusedIndex(),
    'add an index on a relation': refusedIndex(),
    'add an index on a point': refusedIndex(),
    'add an index on a file': refusedIndex(),
    'add an index on ACL': refusedIndex(),
    'add the same index again': { because: 'what GET shows can be sent back', status: 200 },
    'add an index with the direction 2': refusedIndex(),
    'add an index with the direction as text': refusedIndex(),
    'add a text index': {
      because: 'earlier indexes that would not help were refused',
      status: 200,
      check: body => assert.deepEqual(body.indexes.words, { text: 'text' }),
    },
    'add a geo index': { because: BROKEN, status: 200 },
    'add an index without fields': refusedIndex(),
    'add an index that is null': refusedIndex(),
    'add an index as text': refusedIndex(),
    'add an index as list': refusedIndex(),
    'add an index with an empty name': refusedIndex(),
    'add an index with a space in its name': refusedIndex(),
    'add an index with a hostile name': refusedIndex(),
    'add an index __proto__': { because: PROPERTY, status: [200, 400] },
    'an unknown operation on an index': refusedIndex(),
    'read after the deletion of an indexed field': goneWithField,
    'delete an indexed field': goneWithField,
    'read after the deletion of a field': goneWithField,
    'indexes as list': goneWithField,
    'a field is no longer required': { because: 'required: false says nothing', status: 200 },
    'a default null': { because: BROKEN, status: 200 },
    'an existing relation becomes required': { because: 'as when the field is made', status: 400, code: 111 },
    'an existing relation gets a default': { because: 'as when the field is made', status: 400, code: 111 },
    'required as text': refused(LENIENT),
    'objectId becomes required': { because: 'built-in fields keep their options', status: 200 },
    'a built-in field becomes required': {
      because: 'built-in fields keep their options',
      status: 200,
      check: body => assert.deepEqual(body.fields.email, { type: 'String' }),
    },
    'a built-in field as it was': {
      because: 'other topics add fields to this class',
      status: 200,
      check: hasFields({ email: 'String' }),
    },
  },

  hostile: {
    'field with a dot': lenient('the reference drops the value without a word'),
    'field of 200 letters': lenient(LIMIT),
    'field toString': { because: PROPERTY, status: [201, 400] },
    'field hasOwnProperty': { because: PROPERTY, status: [201, 400] },
    'field valueOf': { because: PROPERTY, status: [201, 400] },
    'field constructor': { because: PROPERTY, status: [201, 400] },
    'update constructor': { because: PROPERTY, status: [200, 400] },
    'where with nested __proto__': any(TYPE),
    'where with _bsontype': any(TYPE),
    'class of 64 letters': lenient(LIMIT),
    'class of 200 letters': { because: POSTGRES, status: [201, 400] },
    'class named like a system table': { because: POSTGRES, status: [201, 400] },
    'class _Join': { because: 'join tables are no classes to us', status: 400, code: [103, 119] },
    'class _Join of hostile text': { because: 'join tables are no classes to us', status: 400, code: [103, 119] },
    'class __proto__': { because: BROKEN, status: 400, code: [103, 105, 107] },
    'class constructor': { because: BROKEN, status: [201, 400] },
    'class toString': { because: BROKEN, status: [201, 400] },
    'class hasOwnProperty': { because: BROKEN, status: [201, 400] },
    'class __proto__, find': lenient(),
    'class constructor, find': any(PROPERTY),
    'class toString, find': any(PROPERTY),
  },
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
