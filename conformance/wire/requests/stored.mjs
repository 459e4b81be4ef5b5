// Field operations, each on an object of its own: what the change answers, and what the object holds afterwards.
import { date, get, pointer, post, put, query } from '../request.mjs';

const path = '/classes/Stored';
const increment = amount => ({ __op: 'Increment', amount });
const add = (...objects) => ({ __op: 'Add', objects });
const addUnique = (...objects) => ({ __op: 'AddUnique', objects });
const remove = (...objects) => ({ __op: 'Remove', objects });
const unset = { __op: 'Delete' };
const relate = (...ids) => ({ __op: 'AddRelation', objects: ids.map(id => pointer('StoredOther', `{{${id}}}`)) });
const unrelate = (...ids) => ({ __op: 'RemoveRelation', objects: ids.map(id => pointer('StoredOther', `{{${id}}}`)) });
const batch = (...ops) => ({ __op: 'Batch', ops });

const whole = { n: 1, l: [1, 'a'], o: { n: 1, list: [1], deep: { n: 1, text: 'x' } }, t: 'a', at: date('2020-01-01T00:00:00.000Z') };

// name, the object before, the change
const cases = [
  ['Increment of a missing number', { t: 'a' }, { n: increment(5) }],
  ['Increment of null', { n: null }, { n: increment(5) }],
  ['Increment by a fraction', { n: 0.5 }, { n: increment(0.25) }],
  ['Increment up to 2^53', { n: 9007199254740991 }, { n: increment(1) }],
  ['Increment of a huge number', { n: 1e300 }, { n: increment(1e300) }],
  ['Increment below zero', { n: 1 }, { n: increment(-3) }],
  ['Increment of two fields and a set', whole, { n: increment(1), m: increment(2), t: 'b' }],
  ['Increment of text', whole, { t: increment(1) }],
  ['Add to null', { l: null }, { l: add(1, 1) }],
  ['Add to a missing list', { t: 'a' }, { l: add(1, 1) }],
  ['Add of lists and objects', { l: [] }, { l: add([1], { a: [1] }, date('2020-01-01T00:00:00.000Z')) }],
  ['AddUnique to null', { l: null }, { l: addUnique(1, 1) }],
  ['AddUnique of an object with other order of keys', { l: [{ a: 1, b: 2 }] }, { l: addUnique({ b: 2, a: 1 }) }],
  ['AddUnique of a pointer that is there', { l: [pointer('StoredOther', 'p1')] }, { l: addUnique(pointer('StoredOther', 'p1')) }],
  ['AddUnique of a pointer that is not there', { l: [pointer('StoredOther', 'p1')] }, { l: addUnique(pointer('StoredOther', 'p2')) }],
  ['AddUnique of a number and its text', { l: [1] }, { l: addUnique('1') }],
  ['AddUnique to a list with duplicates', { l: [1, 1] }, { l: addUnique(1) }],
  ['Remove of every equal element', { l: [1, 2, 1] }, { l: remove(1) }],
  ['Remove of an object with other order of keys', { l: [{ a: 1, b: 2 }, 1] }, { l: remove({ b: 2, a: 1 }) }],
  ['Remove of a pointer', { l: [pointer('StoredOther', 'p1'), 1] }, { l: remove(pointer('StoredOther', 'p1')) }],
  ['Remove from null', { l: null }, { l: remove(1) }],
  ['Remove of a part of an object', { l: [{ a: 1, b: 2 }] }, { l: remove({ a: 1 }) }],
  ['Remove of a number as text', { l: [1] }, { l: remove('1') }],
  ['Delete of a field', whole, { t: unset, n: unset }],
  ['Delete of a list and an object', whole, { l: unset, o: unset }],
  ['null for a field', whole, { n: null, t: null }],
  ['set of an object replaces it', whole, { o: { other: 1 } }],
  ['dotted set', whole, { 'o.n': 2, 'o.text': 'x' }],
  ['dotted set of null', whole, { 'o.n': null }],
  ['dotted set of an object', whole, { 'o.deep': { other: 1 } }],
  ['dotted set at depth', whole, { 'o.deep.text': 'y' }],
  ['dotted set of a list', whole, { 'o.list': [1, 2] }],
  ['dotted set in a missing object', { t: 'a' }, { 'o.n': 2 }],
  ['dotted set in null', { o: null }, { 'o.n': 2 }],
  ['dotted Increment', whole, { 'o.n': increment(2) }],
  ['dotted Increment of a missing key', whole, { 'o.m': increment(2) }],
  ['dotted Increment at depth', whole, { 'o.deep.n': increment(2) }],
  ['dotted Increment in a missing object', { t: 'a' }, { 'o.n': increment(2) }],
  ['dotted Increment of text', { o: { n: 'x' } }, { 'o.n': increment(2) }],
  ['dotted Increment of null', { o: { n: null } }, { 'o.n': increment(2) }],
  ['dotted Delete', whole, { 'o.n': unset }],
  ['dotted Delete of a missing key', whole, { 'o.m': unset }],
  ['dotted Delete at depth', whole, { 'o.deep.n': unset }],
  ['dotted set, Increment and Delete together', { o: { a: 1, b: 1, c: 1 } }, { 'o.a': 5, 'o.b': increment(1), 'o.c': unset }],
  ['dotted Add', whole, { 'o.list': add(2) }],
  ['dotted AddUnique', whole, { 'o.list': addUnique(1, 2) }],
  ['dotted Remove', whole, { 'o.list': remove(1) }],
  ['dotted set in text', whole, { 't.n': 1 }],
  ['dotted set in a list', whole, { 'l.0': 9 }],
  ['SetOnInsert', whole, { n: { __op: 'SetOnInsert', amount: 5 } }],
  ['AddRelation', whole, { r: relate('r1', 'r2') }],
  ['AddRelation and RemoveRelation in a Batch', whole, { r: batch(relate('r1', 'r2'), unrelate('r1')) }],
  ['RemoveRelation and AddRelation in a Batch', whole, { r: batch(unrelate('r1'), relate('r1')) }],
  ['an operation and a value of a wrong type', whole, { n: increment(1), t: 5 }],
  ['two operations, one of a wrong type', whole, { n: increment(1), t: add(1) }],
  ['nothing', whole, {}],
];

const others = ['r1', 'r2', 'r3'].map(name =>
  post(`make ${name}`, '/classes/StoredOther', { name }, { save: { [name]: 'objectId' } }));
const members = id => query('/classes/StoredOther', { where: { $relatedTo: { object: pointer('Stored', id), key: 'r' } }, keys: 'name' });

const steps = ([name, before, change], at) => [
  post(`${name}: create`, path, before, { save: { [`s${at}`]: 'objectId' } }),
  put(`${name}: change`, `${path}/{{s${at}}}`, change),
  get(`${name}: read`, `${path}/{{s${at}}}`),
  ...(change.r ? [get(`${name}: members`, members(`{{s${at}}}`), { sort: 'name' })] : []),
];

export default [
  post('the fields', '/schemas/Stored', {
    className: 'Stored',
    fields: {
      n: { type: 'Number' }, m: { type: 'Number' }, l: { type: 'Array' }, o: { type: 'Object' }, t: { type: 'String' },
      at: { type: 'Date' }, r: { type: 'Relation', targetClass: 'StoredOther' },
    },
  }, { keys: 'master' }),
  ...others,
  ...cases.flatMap(steps),
];
