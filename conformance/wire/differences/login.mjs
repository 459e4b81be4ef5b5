// Differences of the topic `login`; see ../differences.mjs.
import { refused, isAnn } from './answers.mjs';
import { ZERO, BROKEN, LENIENT, CASE } from './reasons.mjs';

export default {
  'username in other case': { because: CASE, status: 200, check: isAnn },
  'e-mail in other case': { because: CASE, status: 200, check: isAnn },
  'username with a zero character': refused(ZERO),
  'password with a zero character': refused(ZERO),
  'list as body': refused(LENIENT),
  'log in as, id number': refused(BROKEN),
};
