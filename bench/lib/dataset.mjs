// The data that every server holds, computed, so that everybody gets the same and the right answers are known without
// asking.
//
//   Note     10,000 objects. Everybody may read them, their owner may change them. Indexed by category and score.
//   Event    ROWS objects. Only their owner may read them; there are 100 owners, so each may read 1 %. Indexed by score.
//   Created         What the create measurement writes; like Note, but private, without indexed fields, empty at first.
//   CreatedIndexed  The same, indexed by category and score.
//   Spot     10,000 objects that everybody may read, to be searched by words and places and to be added up. A text index
//            on `about`, a geo index on `place`, an index on `kind`.

export const USERS = 100;
export const NOTES = 10_000;
export const PAGE = 100;
export const CATEGORIES = 500;
export const NOTES_PER_CATEGORY = NOTES / CATEGORIES;

export const SPOTS = 10_000;
export const KINDS = 20;
export const SHADES = 10;
/** Objects that a search by words or by places asks for. */
export const FOUND = 20;
/** Nearest places are looked for within this distance. */
export const NEAR_KM = 1_000;
const VOCABULARY = 1_000;
const WORDS = 12;

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

/** A word of the vocabulary, in a form that no language shortens; each is in 1.2 % of the spots. */
export const word = (n) => `word${n % VOCABULARY}`;
const wordsOf = (i) => Array.from({ length: WORDS }, (_, k) => word((i * WORDS + k) * 7_919));
export const kindOf = (i) => `kind${i % KINDS}`;
const shadeOf = (i) => `shade${Math.floor(i / KINDS) % SHADES}`;
const amountOf = (i) => scoreOf(i) % 1_000;
export const placeOf = (i) => ({ latitude: ((i * 7_919) % SPOTS) * 0.016 - 80, longitude: ((i * 104_729) % SPOTS) * 0.036 - 180 });

/** The fields of a spot, without those that say whose it is and where. */
export const spot = (i) => ({ name: `Spot ${i}`, about: wordsOf(i).join(' '), kind: kindOf(i), shade: shadeOf(i), amount: amountOf(i) });

/** The names of the nearest spots, the nearest first. */
export function nearestSpots(place) {
  const all = Array.from({ length: SPOTS }, (_, i) => ({ name: `Spot ${i}`, km: kilometres(place, placeOf(i)) }));
  return all.filter(({ km }) => km <= NEAR_KM).sort((a, b) => a.km - b.km).slice(0, FOUND).map(({ name }) => name);
}

/** What the spots of a kind add up to, by shade. */
export function totals(kind) {
  const sums = {};
  for (let i = 0; i < SPOTS; i += 1) if (kindOf(i) === kind) sums[shadeOf(i)] = (sums[shadeOf(i)] ?? 0) + amountOf(i);
  return sums;
}

function kilometres(a, b) {
  const radians = (degrees) => (degrees * Math.PI) / 180;
  const [across, along] = [radians(b.latitude - a.latitude), radians(b.longitude - a.longitude)];
  const h = Math.sin(across / 2) ** 2 + Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * Math.sin(along / 2) ** 2;
  return 2 * 6_371 * Math.asin(Math.sqrt(h));
}
