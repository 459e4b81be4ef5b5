// The requests of the measurements in PocketBase's protocol. Lists ask it not to count (`skipTotal`), as Parse does not.
import { createHash } from 'node:crypto';
import { NOTES, NOTES_PER_CATEGORY, PAGE, categoryOf, mailOf, note, ownerOf, password } from '../lib/dataset.mjs';
import { json } from '../lib/http.mjs';

const VARIANTS = 2_000;

/** The ids that pocketbase_fill.py gives. */
const idOf = (table, i) => createHash('md5').update(`${table}${i}`).digest('hex').slice(0, 15);

/** The requests of each operation, and how their answers are read. */
export function pocketbaseFace({ users, admin }) {
  const as = (caller, user) => {
    if (caller === 'master') return admin;
    return user === null ? {} : { Authorization: users[user].token };
  };
  const variants = (build) => Array.from({ length: VARIANTS }, (_, n) => build((n * 7919) % NOTES));
  const records = (collection, rest = '') => `/api/collections/${collection}/records${rest}`;
  const find = (collection, parameters) => `${records(collection)}?${new URLSearchParams({ ...parameters, skipTotal: 1 })}`;
  const best = { sort: '-score', perPage: PAGE };
  const noteById = (i) => records('notes', `/${idOf('note', i)}`);
  const createIn = (collection, caller) => variants((i) => {
    const user = ownerOf(i);
    const body = { ...note(i), public: false, owner: users[user].id };
    return { ...json('POST', records(collection), body, as(caller, user)), about: { user } };
  });
  const operations = {
    create: (caller) => createIn('created', caller),
    createIndexed: (caller) => createIn('created_indexed', caller),
    get: (caller) => variants((i) => ({ ...json('GET', noteById(i), undefined, as(caller, ownerOf(i))), about: { note: i } })),
    list: (caller) => users.map((_, user) => json('GET', find('notes', best), undefined, as(caller, user))),
    query: (caller) => variants((i) => {
      const category = categoryOf(i);
      const parameters = { filter: `category = "${category}"`, perPage: NOTES_PER_CATEGORY * 2 };
      return { ...json('GET', find('notes', parameters), undefined, as(caller, ownerOf(i))), about: { category } };
    }),
    update: (caller) => variants((i) => json('PATCH', noteById(i), { text: `Changed to ${i}` }, as(caller, ownerOf(i)))),
    page: (caller) => users.map((_, user) => ({ ...json('GET', find('events', best), undefined, as(caller, user)), about: { user } })),
    session: (caller) => users.map((_, user) => ({ ...json('POST', '/api/collections/users/auth-refresh', undefined, as(caller, user)), about: { user } })),
    login: () => users.map((_, user) => json('POST', '/api/collections/users/auth-with-password', { identity: mailOf(user), password: password(user) }, {})),
  };
  return {
    users,
    // It has no search by words and no sums; its distance between places cannot use an index.
    requests: (operation, caller) => operations[operation]?.(caller) ?? null,
    hiddenStatus: 404,
    rowsOf: (body) => body.items,
    idOf: (body) => body.id,
    ownerIdOf: (row) => row.owner,
    userIdOf: (body) => body.record.id,
    tokenOf: (body) => body.token,
    readCreated: (id, user) => json('GET', records('created', `/${id}`), undefined, as('user', user)),
    updateAs: (i, user) => json('PATCH', noteById(i), { text: 'mine' }, as('user', user % users.length)),
    pageWithoutSession: () => json('GET', find('events', best), undefined, {}),
  };
}
