// Differences of the topic `paths`; see ../differences.mjs.
import { refused, lenient, aboutServer } from './answers.mjs';
import { ZERO, LIMIT } from './reasons.mjs';

export default {
  'escaped zero in a class name': { because: ZERO, status: [200, 400, 404] },
  'escaped zero in an id': refused(ZERO),
  'encoded slash in a class name': lenient(),
  'class of 3,000 characters': lenient(LIMIT),
  'server information': { because: 'our features are not its features', status: 200, check: aboutServer },
};
