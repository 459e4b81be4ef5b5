// Differences of the topic `dashboard`; see ../differences.mjs.
import { LATER } from './reasons.mjs';

export default {
  'one function': { because: LATER, status: 400, code: 108 },
  'one trigger': { because: LATER, status: 400, code: 108 },
  'schedule a job': { because: LATER, status: 400, code: 108 },
  'change a schedule': { because: LATER, status: 400, code: 108 },
  'remove a schedule': { because: LATER, status: 400, code: 108 },
  'run a job': { because: LATER, status: 400, code: 108 },
  'one audience': { because: LATER, status: 400, code: 108 },
  'security is off': { because: LATER, status: 400, code: 108 },
  push: { because: LATER, status: 400, code: 108 },
};
