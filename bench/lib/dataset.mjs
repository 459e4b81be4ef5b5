// The data that every server holds, computed, so that everybody gets the same and the right answers are known without
// asking.
//
//   Note     10,000 objects. Everybody may read them, their owner may change them. Indexed by category and score.
//   Event    ROWS objects. Only their owner may read them; there are 100 owners, so each may read 1 %. Indexed by score.
//   Created         What the create measurement writes; like Note, but private, without indexed fields, empty at first.
//   CreatedIndexed  The same, indexed by category and score.

export const USERS = 100;
export const NOTES = 10_000;
export const PAGE = 100;
export const CATEGORIES = 500;
export const NOTES_PER_CATEGORY = NOTES / CATEGORIES;

const SCORE_MODULUS = 1_000_000_007;
const SCORE_FACTOR = 7_654_321;
/** The offset that keeps the scores of small numbers from being in their order. */
const SCORE_OFFSET = 123_456_789;

/** A number that is scattered, and different for every i below the modulus. */
export const scoreOf = (i) => (i * SCORE_FACTOR + SCORE_OFFSET) % SCORE_MODULUS;
/** The same in SQL, for the peers that are filled in their own bulk way. */
export const scoreSql = (i) => `((${i}::bigint * ${SCORE_FACTOR} + ${SCORE_OFFSET}) % ${SCORE_MODULUS})`;
export const scoreTerms = { factor: SCORE_FACTOR, offset: SCORE_OFFSET, modulus: SCORE_MODULUS };

export const ownerOf = (i) => i % USERS;
export const userName = (i) => `user${i}`;
export const mailOf = (i) => `user${i}@example.com`;
export const password = (i) => `correct horse ${i} battery staple`;

const BODY = 'The quick brown fox jumps over the lazy dog, and the dog does not mind at all. ';

/** The fields of a note, without those that say whose it is. */
export function note(i) {
  return { title: `Note ${i}`, text: BODY, category: categoryOf(i), score: scoreOf(i), done: i % 3 === 0 };
}

export const categoryOf = (i) => `c${i % CATEGORIES}`;

/** The fields of an event, without those that say whose it is. */
export const event = (i) => ({ title: `Event ${i}`, score: scoreOf(i) });

/** The scores of the best hundred notes, best first. */
export const bestNotes = () => bestScores(NOTES, () => true);

/** The scores of the best hundred events that this user may read, best first; of all of them without a user. */
export const bestEvents = (rows, user) => bestScores(rows, (i) => user === undefined || ownerOf(i) === user);

function bestScores(count, counts) {
  let best = [];
  for (let i = 0; i < count; i += 1) {
    if (!counts(i)) continue;
    best.push(scoreOf(i));
    // Sorting now and then keeps the list short without a heap.
    if (best.length > 50 * PAGE) best = top(best);
  }
  return top(best);
}

const top = (scores) => scores.sort((a, b) => b - a).slice(0, PAGE);
