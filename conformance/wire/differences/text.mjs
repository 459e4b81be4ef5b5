// Differences of the topic `text`; see ../differences.mjs.
import { refused, badQuery, found } from './answers.mjs';
import { LIMIT, BROKEN, TYPE, WORDS, FOLDED, SCORES } from './reasons.mjs';

export default {
  'two words': found(WORDS, 'shop', 'tea'),
  'a phrase': found(WORDS, 'shop'),
  'a phrase in another order': found(WORDS),
  'a word and not another': found(WORDS, 'beans'),
  'nothing but an unwanted word': found(WORDS),
  'a word without its marks': found(FOLDED, 'cafe'),
  'language none': found('a language of MongoDB that the PostgreSQL adapter of the reference does not know', 'shop'),
  'unknown language': badQuery(BROKEN),
  'case sensitive': found('case counts where that is asked, on both databases'),
  'not diacritic sensitive': found(FOLDED, 'cafe'),
  'a term of 2,000 characters': refused(LIMIT),
  'search null': badQuery(BROKEN),
  'on a number': found(TYPE),
  'sorted by score': { because: SCORES, ignoring: 'score' },
  'sorted by score, descending': { because: SCORES, ignoring: 'score' },
  'score without order': { because: SCORES, ignoring: 'score' },
  'sorted by a score that is not shown': found(BROKEN, 'beans', 'shop'),
  'score without a search': found(BROKEN, 'shop', 'beans', 'tea', 'cafe', 'none'),
  'sorted by score without a search': { because: 'there is no score to sort by', status: 400, code: 102 },
};
