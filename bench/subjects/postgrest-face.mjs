// The requests of the measurements in PostgREST's protocol. A single object is asked for as one, so that what the caller may
// not see is answered with 406 rather than an empty list.
import { createHash, createHmac } from 'node:crypto';
import { FOUND, KINDS, NOTES, PAGE, USERS, categoryOf, kindOf, note, ownerOf, word } from '../lib/dataset.mjs';
import { json } from '../lib/http.mjs';
import { roles } from './postgrest-tables.mjs';

const VARIANTS = 2_000;
const SPOT_COLUMNS = 'id,created_at,updated_at,readers,writers,owner,name,about,kind,shade,amount';

/** Signs the tokens. */
export const secret = 'a secret of the benchmarks of thirty-two bytes or more';

/** The id of a row or a user, known without asking. */
export const idOf = (table, i) => createHash('md5').update(`${table}${i}`).digest('hex').slice(0, 15);

/** The requests of each operation, and how their answers are read. */
export function postgrestFace() {
  const users = Array.from({ length: USERS }, (_, i) => ({ id: idOf('user', i) }));
  const bearer = (claims) => ({ Authorization: `Bearer ${signed(claims)}` });
  const master = bearer({ role: roles.master });
  const tokens = users.map(({ id }) => bearer({ role: roles.user, sub: id }));
  const as = (caller, user) => {
    if (caller === 'master') return master;
    return user === null ? {} : tokens[user];
  };
  const one = (headers) => ({ ...headers, Accept: 'application/vnd.pgrst.object+json' });
  const answered = (headers) => ({ ...one(headers), Prefer: 'return=representation' });
  const variants = (build) => Array.from({ length: VARIANTS }, (_, n) => build((n * 7919) % NOTES));
  const find = (table, parameters) => `/${table}?${new URLSearchParams(parameters)}`;
  const best = { order: 'score.desc', limit: PAGE };
  const byId = (table, id, more = {}) => find(table, { id: `eq.${id}`, ...more });
  const createIn = (table, caller) => variants((i) => {
    const user = ownerOf(i);
    const { id } = users[user];
    const body = { ...note(i), owner: id, readers: [id], writers: [id] };
    return { ...json('POST', `/${table}?select=id,created_at`, body, answered(as(caller, user))), about: { user } };
  });
  const update = (i, text, headers) =>
    json('PATCH', byId('note', idOf('note', i), { select: 'updated_at' }), { text, updated_at: 'now' }, answered(headers));
  const operations = {
    create: (caller) => createIn('created', caller),
    createIndexed: (caller) => createIn('created_indexed', caller),
    get: (caller) => variants((i) => ({ ...json('GET', byId('note', idOf('note', i)), undefined, one(as(caller, ownerOf(i)))), about: { note: i } })),
    list: (caller) => users.map((_, user) => json('GET', find('note', best), undefined, as(caller, user))),
    query: (caller) => variants((i) => {
      const category = categoryOf(i);
      return { ...json('GET', find('note', { category: `eq.${category}`, limit: PAGE }), undefined, as(caller, ownerOf(i))), about: { category } };
    }),
    update: (caller) => variants((i) => update(i, `Changed to ${i}`, as(caller, ownerOf(i)))),
    page: (caller) => users.map((_, user) => ({ ...json('GET', find('event', best), undefined, as(caller, user)), about: { user } })),
    text: (caller) => variants((i) => {
      const parameters = { words: `fts(english).${word(i)}`, select: SPOT_COLUMNS, limit: FOUND };
      return { ...json('GET', find('spot', parameters), undefined, as(caller, ownerOf(i))), about: { word: word(i) } };
    }),
    aggregate: (caller) => Array.from({ length: KINDS }, (_, i) => {
      const kind = kindOf(i);
      return { ...json('GET', find('spot', { kind: `eq.${kind}`, select: 'shade,amount.sum()' }), undefined, as(caller, i)), about: { kind } };
    }),
  };
  return {
    users,
    requests: (operation, caller) => operations[operation]?.(caller) ?? null,
    hiddenStatus: 406,
    rowsOf: (body) => body,
    totalsOf: (body) => Object.fromEntries(body.map(({ shade, sum }) => [shade, sum])),
    idOf: (body) => body.id,
    ownerIdOf: (row) => row.owner,
    readCreated: (id, user) => json('GET', byId('created', id), undefined, one(as('user', user))),
    updateAs: (i, user) => update(i, 'mine', as('user', user % USERS)),
    pageWithoutSession: () => json('GET', find('event', best), undefined, {}),
  };
}

/** A JSON Web Token that does not expire. */
function signed(claims) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}
