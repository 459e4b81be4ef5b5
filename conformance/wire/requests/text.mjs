// Full-text search. The rows are made first, then only read.
import { get, post, put, query } from '../request.mjs';

const path = '/classes/Text';
const find = (name, parameters) => get(name, query(path, parameters));
const search = (term, more = {}) => ({ title: { $text: { $search: { $term: term, ...more } } } });
const where = (name, condition) => find(name, { where: condition, keys: 'name', order: 'rank' });
const asked = (name, text) => where(name, { title: { $text: text } });
const row = (name, rank, title, more) => post(`row ${name}`, path, { name, rank, title, ...more });

export default [
  row('shop', 1, 'The coffee shop is closed'),
  row('beans', 2, 'Running coffee beans, coffee everywhere'),
  row('tea', 3, 'Tea and other drinks', { other: 'coffee' }),
  row('cafe', 4, 'Un café à Paris'),
  row('none', 5),

  where('a word', search('coffee')),
  where('a word in other case', search('COFFEE')),
  where('another form of a word', search('coffees')),
  where('the stem of a word', search('run')),
  where('a stop word', search('the')),
  where('a word that is nowhere', search('milk')),
  where('two words', search('shop drinks')),
  where('a phrase', search('"coffee shop"')),
  where('a phrase in another order', search('"shop coffee"')),
  where('a word and not another', search('coffee -shop')),
  where('nothing but an unwanted word', search('-shop')),
  where('a word with marks', search('café')),
  where('a word without its marks', search('cafe')),
  where('with another condition', { ...search('coffee'), rank: 2 }),
  where('in an alternative', { $or: [search('tea'), { rank: 1 }] }),
  where('language', search('drinks', { $language: 'english' })),
  where('another language', search('closed', { $language: 'french' })),
  where('language none', search('closed', { $language: 'none' })),
  where('language simple', search('closed', { $language: 'simple' })),
  where('unknown language', search('closed', { $language: 'xx' })),
  where('language as number', search('closed', { $language: 5 })),
  where('case sensitive', search('The', { $caseSensitive: true })),
  where('not case sensitive', search('COFFEE', { $caseSensitive: false })),
  where('case sensitive as text', search('coffee', { $caseSensitive: 'yes' })),
  where('diacritic sensitive', search('cafe', { $diacriticSensitive: true })),
  where('not diacritic sensitive', search('cafe', { $diacriticSensitive: false })),
  where('diacritic sensitive as text', search('cafe', { $diacriticSensitive: 'yes' })),
  where('an empty term', search('')),
  where('a term as number', search(5)),
  where('a term of 2,000 characters', search('a'.repeat(2_000))),
  asked('search as text', { $search: 'coffee' }),
  asked('search as list', { $search: [] }),
  asked('search null', { $search: null }),
  asked('search of nothing', { $search: {} }),
  asked('text of nothing', {}),
  asked('text as number', 5),
  where('on a number', { rank: { $text: { $search: { $term: 'coffee' } } } }),
  where('on an unknown field', { nothing: { $text: { $search: { $term: 'coffee' } } } }),

  find('sorted by score', { where: search('coffee'), keys: 'name,$score', order: '$score' }),
  find('sorted by score, descending', { where: search('coffee'), keys: 'name,$score', order: '-$score' }),
  find('score without order', { where: search('coffee'), keys: 'name,$score' }),
  find('sorted by a score that is not shown', { where: search('coffee'), keys: 'name', order: '$score' }),
  find('score without a search', { keys: 'name,$score', order: 'rank' }),
  find('sorted by score without a search', { keys: 'name', order: '$score' }),
  find('counted', { where: search('coffee'), limit: 0, count: 1 }),

  put('index of text', '/schemas/Text', { indexes: { words: { title: 'text' } } }, { keys: 'master' }),
  where('a word, with an index', search('coffee')),
  row('late', 6, 'More coffee'),
  where('a word of a later row', search('coffee')),
];
