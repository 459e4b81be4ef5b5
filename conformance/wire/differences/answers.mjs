// What is expected of us instead of the recorded answer, for entries that are alike.
import assert from 'node:assert/strict';
import { TOKEN, LENIENT, EACH_FOR_ITSELF, PROJECTED_ID } from './reasons.mjs';

export const rowsAsTheyAre = {
  because: 'without stages the rows are the documents, as with MongoDB',
  status: 200,
  check: body => assert.deepEqual(body.results.map(row => row.name), ['apple', 'pear', 'leek', 'kale']),
};
export const foundWithIds = (...names) => ({ because: PROJECTED_ID, status: 200, names });
export const withId = { because: PROJECTED_ID, ignoring: 'objectId' };
export const refused = because => ({ because, status: [400, 404] });
export const lenient = (because = LENIENT) => ({ because, likeRecorded: true });
export const any = because => ({ because, anyBut5xx: true });
export const badQuery = because => ({ because, status: 400, code: 107 });
export const refusedIndex = () => ({ because: 'an index that would not help, or is not one, is refused', status: 400, code: 102 });
export const goneWithField = {
  because: 'an index goes with its fields; the reference goes on showing it',
  status: 200,
  check: body => {
    for (const keys of Object.values(body.indexes ?? {})) {
      for (const field of Object.keys(keys)) assert.ok(body.fields[field], `an index on ${field}, which is gone`);
    }
  },
};
export const leadsNowhere = {
  because: EACH_FOR_ITSELF,
  status: 200,
  body: [{ error: { code: 108, error: 'There is no such endpoint.' } }],
};
export const tellsTime = { because: 'the answer to every creation tells its time', plus: { createdAt: '<time>' } };
export const showsNoDocument = body => body.results.forEach(row => assert.deepEqual([row.doc, row.docs], [undefined, []]));
export const noToken = { because: TOKEN, without: 'sessionToken' };
export const updated = fields => ({ status: 200, body: { ...fields, updatedAt: '<time>' } });
/** The object that was read holds these values. */
export const holds = (because, fields) => ({
  because,
  status: 200,
  check: body => Object.entries(fields).forEach(([name, value]) => assert.deepEqual(body[name], value)),
});
export const found = (because, ...names) => ({ because, status: 200, names });
export const oneOf = (because, ...choices) => ({ because, status: 200, names: choices });
export const aboutServer = body => {
  assert.equal(typeof body.parseServerVersion, 'string');
  assert.equal(typeof body.features.schemas, 'object');
};
export const hasFields = fields => body => {
  for (const [name, type] of Object.entries(fields)) assert.equal(body.fields[name]?.type, type, name);
};
export const hasNoField = field => body => assert.ok(body.fields.owner && !(field in body.fields));
export const showsNo = key => (body, answer) => {
  if (answer.status === 200) for (const row of body.results) assert.ok(!(key in row), `a row shows ${key}`);
};
export const isAnn = body => assert.deepEqual([body.username, typeof body.sessionToken], ['L-Ann', 'string']);
