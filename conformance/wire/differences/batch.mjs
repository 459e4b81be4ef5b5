// Differences of the topic `batch`; see ../differences.mjs.
import assert from 'node:assert/strict';
import { any, leadsNowhere } from './answers.mjs';
import { BROKEN, LENIENT, TRANSACTION, BODY_FIRST } from './reasons.mjs';

export default {
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
};
