// Differences of the topic `hostile`; see ../differences.mjs.
import { lenient, any } from './answers.mjs';
import { LIMIT, BROKEN, TYPE, POSTGRES, PROPERTY } from './reasons.mjs';

export default {
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
};
