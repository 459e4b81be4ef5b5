// Differences of the topic `aggregate`; see ../differences.mjs.
import assert from 'node:assert/strict';
import { rowsAsTheyAre, foundWithIds, withId, lenient } from './answers.mjs';
import { MISSING, IGNORED, MONGO } from './reasons.mjs';

export default {
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
};
