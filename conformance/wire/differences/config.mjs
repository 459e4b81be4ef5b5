// Differences of the topic `config`; see ../differences.mjs.
import assert from 'node:assert/strict';
import { LENIENT, FLAGS, IGNORED } from './reasons.mjs';

export default {
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
};
