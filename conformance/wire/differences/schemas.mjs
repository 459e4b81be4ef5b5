// Differences of the topic `schemas`; see ../differences.mjs.
import { refused, lenient, hasFields } from './answers.mjs';
import { LIMIT, BROKEN, LENIENT, PROPERTY } from './reasons.mjs';

export default {
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
};
