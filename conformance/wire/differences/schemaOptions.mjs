// Differences of the topic `schemaOptions`; see ../differences.mjs.
import assert from 'node:assert/strict';
import { refused, refusedIndex, goneWithField, hasFields } from './answers.mjs';
import { BROKEN, LENIENT, PROPERTY } from './reasons.mjs';

export default {
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
};
