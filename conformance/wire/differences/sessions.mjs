// Differences of the topic `sessions`; see ../differences.mjs.
import { refused, tellsTime, noToken } from './answers.mjs';
import { ONE_TEXT } from './reasons.mjs';

export default {
  'own sessions': noToken,
  'own sessions through classes': noToken,
  'sessions with the master key': noToken,
  'sessions by token': noToken,
  'sessions by token with the master key': noToken,
  'sessions by list of tokens with the master key': noToken,
  'sessions with user included': noToken,
  'one of own sessions': noToken,
  'a session with the master key': noToken,
  create: tellsTime,
  'create through classes': tellsTime,
  'create with own token': tellsTime,
  'create for another user': tellsTime,
  'create with an end': tellsTime,
  'delete a session of another user': { because: ONE_TEXT, status: 404, code: 101 },
  'delete again': { because: ONE_TEXT, status: 404, code: 101 },
  'an expired token, sessions/me': { because: 'an expired session is refused here too', status: 400, code: 209 },
};
