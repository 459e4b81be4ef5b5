// Differences of the topic `users`; see ../differences.mjs.
import { refused, lenient, showsNo } from './answers.mjs';
import { LIMIT, POSTGRES, LENIENT } from './reasons.mjs';

export default {
  'password of 5,000 characters': lenient(LIMIT),
  'e-mail empty': lenient(),
  'username object': {
    because: 'nested keys are looked at before the field they are in',
    status: 400,
    code: [121, 200],
  },
  'authData as text': refused(LENIENT),
  'find by password': lenient(),
  'find by session token': lenient(),
  'find by authData': lenient(),
  'order by password': { because: 'never a row in the order of its secrets', check: showsNo('password') },
  'keys password': { because: POSTGRES, status: 200, check: showsNo('password') },
  'update username empty': refused('a user keeps a name'),
  'update username null': refused('a user keeps a name'),
  'update username by Delete': refused('a user keeps a name'),
  'update password empty': refused('a user keeps a password'),
  'update password null': refused('a user keeps a password'),
  'update password by Delete': refused('a user keeps a password'),
  'update sessionToken': lenient(),
  'me after deletion': { because: 'sessions end with their user', status: 400, code: 209 },
  'find after deletion': { because: 'sessions end with their user', status: 400, code: 209 },
};
