// Differences of the topic `installations`; see ../differences.mjs.
import { BROKEN, POSTGRES } from './reasons.mjs';

export default {
  'number as id': { because: BROKEN, status: 400, code: 135 },
  'object as token': { because: 'no text, so there is no id to go by', status: 400, code: 135 },
  'unset a token': { because: POSTGRES, status: 200 },
};
