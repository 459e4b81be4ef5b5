// Aggregation pipelines and distinct values. The rows are made first, then only read.
import { date, get, pointer, post, query } from '../request.mjs';

const path = '/classes/Sale';
const master = { keys: 'master' };
const row = (name, fields) => post(`row ${name}`, path, { name, ...fields });
const run = (name, parameters, options) => get(name, query('/aggregate/Sale', parameters), { ...master, ...options });
const pipeline = (name, stages, options) => run(name, { pipeline: stages }, options);
const grouped = (name, group, options) => pipeline(name, [{ $group: group }], { sort: 'objectId', ...options });
const distinct = (name, field, where, options) => run(name, { distinct: field, ...(where && { where }) }, options);
const shop = id => pointer('Shop', id);

export default [
  row('apple', { kind: 'fruit', price: 1, amount: 10, at: date('2020-01-05T10:20:30.400Z'), tags: ['red', 'sweet'], shop: shop('north') }),
  row('pear', { kind: 'fruit', price: 2.5, amount: 4, at: date('2020-02-29T23:59:59.999Z'), tags: ['sweet'], shop: shop('north') }),
  row('leek', { kind: 'vegetable', price: 0.5, amount: 30, at: date('2021-12-31T00:00:00.000Z'), tags: [], shop: shop('south'), box: { size: 'small' } }),
  row('kale', { kind: 'vegetable', price: 3, amount: 2, fresh: true }),

  run('without a pipeline', {}),
  pipeline('no stages', []),
  grouped('sum by field', { _id: '$kind', total: { $sum: '$amount' } }),
  grouped('all measures', { _id: '$kind', sum: { $sum: '$price' }, least: { $min: '$price' }, most: { $max: '$price' }, mean: { $avg: '$price' }, rows: { $sum: 1 } }),
  grouped('one group', { _id: null, total: { $sum: '$amount' }, rows: { $sum: 1 } }),
  grouped('by a missing field', { _id: '$nothing', rows: { $sum: 1 } }),
  grouped('by a pointer', { _id: '$shop', rows: { $sum: 1 } }),
  pipeline('by a date', [{ $match: { kind: 'fruit' } }, { $group: { _id: '$at', rows: { $sum: 1 } } }, { $sort: { objectId: -1 } }]),
  grouped('greatest date', { _id: '$kind', last: { $max: '$at' } }),
  grouped('keys only', { _id: '$kind' }),
  pipeline('by fields and parts of dates', [{ $match: { kind: 'fruit' } }, { $group: { _id: { kind: '$kind', year: { $year: '$at' }, month: { $month: '$at' }, day: { $dayOfMonth: '$at' } }, rows: { $sum: 1 } } }, { $sort: { rows: 1 } }]),
  pipeline('hours, minutes and seconds', [{ $match: { name: 'apple' } }, { $group: { _id: { hour: { $hour: '$at' }, minute: { $minute: '$at' }, second: { $second: '$at' }, week: { $dayOfYear: '$at' } }, rows: { $sum: 1 } } }]),
  pipeline('match a text', [{ $match: { kind: 'fruit' } }, { $sort: { name: 1 } }, { $project: { name: 1, price: 1 } }]),
  pipeline('match numbers', [{ $match: { price: { $gte: 1, $lt: 3 } } }, { $sort: { name: 1 } }, { $project: { name: 1 } }]),
  pipeline('match either', [{ $match: { $or: [{ price: { $gt: 2.5 } }, { amount: { $gt: 20 } }] } }, { $sort: { name: 1 } }, { $project: { name: 1 } }]),
  pipeline('match a date', [{ $match: { at: { $gt: '2020-02-01T00:00:00.000Z' } } }, { $sort: { name: 1 } }, { $project: { name: 1 } }]),
  pipeline('match nothing', [{ $match: { kind: 'meat' } }]),
  pipeline('match then group', [{ $match: { kind: 'fruit' } }, { $group: { _id: '$kind', total: { $sum: '$amount' } } }]),
  pipeline('a whole row', [{ $match: { name: 'apple' } }]),
  pipeline('sort and limit', [{ $sort: { price: -1 } }, { $limit: 2 }, { $project: { name: 1 } }]),
  pipeline('sort, skip and limit', [{ $sort: { price: -1 } }, { $skip: 1 }, { $limit: 2 }, { $project: { name: 1 } }]),
  pipeline('sort by two', [{ $sort: { kind: -1, name: 1 } }, { $project: { name: 1, kind: 1 } }]),
  pipeline('groups in order', [{ $group: { _id: '$kind', total: { $sum: '$amount' } } }, { $sort: { total: -1 } }]),
  pipeline('a pointer in a projection', [{ $match: { name: 'apple' } }, { $project: { shop: 1 } }]),
  pipeline('a date in a projection', [{ $match: { name: 'apple' } }, { $project: { at: 1 } }]),
  pipeline('times in a projection', [{ $match: { name: 'apple' } }, { $project: { createdAt: 1, updatedAt: 1 } }]),
  pipeline('count', [{ $count: 'rows' }]),
  pipeline('unwind', [{ $unwind: '$tags' }, { $group: { _id: '$tags', rows: { $sum: 1 } } }, { $sort: { objectId: 1 } }]),
  pipeline('added fields', [{ $addFields: { worth: { $multiply: ['$price', '$amount'] } } }, { $sort: { name: 1 } }, { $project: { name: 1, worth: 1 } }]),
  run('an object of stages', { $match: { kind: 'fruit' }, $group: { _id: '$kind', total: { $sum: '$amount' } } }),
  run('an object of stages as the pipeline', { pipeline: { $match: { kind: 'fruit' }, $group: { _id: '$kind', total: { $sum: '$amount' } } } }),
  post('in a body', '/aggregate/Sale', { _method: 'GET', pipeline: [{ $group: { _id: null, rows: { $sum: 1 } } }] }, master),
  post('by POST', '/aggregate/Sale', { pipeline: [{ $group: { _id: null, rows: { $sum: 1 } } }] }, master),

  pipeline('a stage without $', [{ group: { _id: '$kind' } }]),
  run('an older stage without $', { group: { objectId: '$kind' } }),
  pipeline('a stage that does not exist', [{ $nothing: {} }]),
  pipeline('a stage that is known and not available', [{ $lookup: { from: 'Shop' } }]),
  pipeline('two stages in one', [{ $limit: 1, $skip: 1 }]),
  pipeline('an empty stage', [{}]),
  pipeline('a stage that is no object', [5]),
  pipeline('group by objectId', [{ $group: { objectId: '$kind' } }]),
  pipeline('group without a key', [{ $group: { total: { $sum: '$amount' } } }]),
  pipeline('limit as text', [{ $limit: 'many' }]),
  pipeline('a field that nobody can have', [{ $group: { _id: '$a"; DROP TABLE "Sale"; --' } }]),
  pipeline('an alias that nobody can have', [{ $group: { _id: null, 'a"; DROP TABLE "Sale"; --': { $sum: 1 } } }]),
  pipeline('a hidden field', [{ $group: { _id: '$_hashed_password' } }]),
  run('a pipeline that is no list', { pipeline: 'all' }),
  run('a pipeline of a class that does not exist', { pipeline: [] }),
  get('a class that does not exist', query('/aggregate/Nowhere', { pipeline: [{ $group: { _id: null } }] }), master),
  get('a class name that is not valid', query('/aggregate/No-where', { pipeline: [] }), master),

  distinct('distinct texts', 'kind', null),
  distinct('distinct numbers', 'price', { kind: 'fruit' }),
  distinct('distinct elements', 'tags'),
  distinct('distinct pointers', 'shop'),
  distinct('distinct dates', 'at', { kind: 'fruit' }),
  distinct('distinct values inside', 'box.size', { name: 'leek' }),
  distinct('distinct values of a field that is not there', 'nothing'),
  distinct('distinct of a name that is not valid', '$kind'),
  distinct('distinct with a bad condition', 'kind', { kind: { $foo: 1 } }),
  run('distinct with a condition that is no JSON', { distinct: 'kind', where: '{' }),

  run('for anybody', { distinct: 'kind' }, { keys: 'rest' }),
  pipeline('a pipeline for anybody', [{ $group: { _id: '$kind' } }], { keys: 'rest' }),
  run('with the application id alone', { distinct: 'kind' }, { keys: 'app' }),

  post('users have passwords', '/users', { username: 'aggregate-ann', password: 'secret' }),
  get('users in an aggregation', query('/aggregate/_User', { pipeline: [{ $match: { username: 'aggregate-ann' } }, { $project: { username: 1, sessionToken: 1, password: 1 } }] }), master),

  get('explain for anybody', query(path, { explain: true }), { keys: 'rest' }),
  get('explain in a word that does not exist', query(path, { explain: 'all' }), master),
  get('explain', query(path, { explain: true, where: { kind: 'fruit' } }), master),
  get('a hint for anybody', query(path, { hint: 'nothing', where: { kind: 'fruit' }, keys: 'name', order: 'name' })),
  get('a hint', query(path, { hint: 'nothing', where: { kind: 'fruit' }, keys: 'name', order: 'name' }), master),
];
