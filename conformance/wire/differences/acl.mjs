// Differences of the topic `acl`; see ../differences.mjs.
import { refused, lenient, any } from './answers.mjs';
import { ZERO, LIMIT, BROKEN, POSTGRES, LENIENT } from './reasons.mjs';

export default {
  'ACL null': lenient(),
  'count for master': { because: 'the reference estimates', status: 200, body: { results: [], count: 5 } },
  'query on _rperm': lenient(),
  'query on _wperm with the master key': any(BROKEN),
  'order by ACL': any(POSTGRES),
  'ACL as text': lenient(),
  'ACL as number': lenient(),
  'ACL as list': lenient(),
  'ACL as list of texts': lenient(),
  'ACL as true': lenient(),
  'ACL null at creation': lenient(),
  'entry as true': lenient(),
  'entry as text': lenient(),
  'entry null': refused(BROKEN),
  'entry empty': lenient(),
  'right as text': lenient(),
  'right as number': lenient(),
  'right null': lenient(),
  'unknown right': lenient(),
  'entry named empty': lenient(),
  'entry of hostile text': lenient(),
  'entry with a comma': lenient(),
  'entry with a zero character': refused(ZERO),
  'ACL with 1,000 entries': lenient(LIMIT),
  'ACL as pointer': lenient(),
  'ACL as Increment': lenient(),
  unresolved: { because: LENIENT, status: 400, code: 123 },
};
