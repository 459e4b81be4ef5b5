// The requests of the measurements in the Parse REST protocol; Astrolabe and Parse Server are sent the same ones.
import {
  FOUND, KINDS, NEAR_KM, NOTES, PAGE, SPOTS, USERS, categoryOf, event, kindOf, mailOf, note, ownerOf, password, placeOf, spot, userName, word,
} from '../lib/dataset.mjs';
import { eachOf, json, must } from '../lib/http.mjs';

/** Different requests per operation; enough that no cache holds the answer to a repeated one. */
const VARIANTS = 2_000;

export const keys = { appId: 'bench', masterKey: 'bench-master-key', restKey: 'bench-rest-key' };

const asAnybody = { 'X-Parse-Application-Id': keys.appId, 'X-Parse-REST-API-Key': keys.restKey };
const asMaster = { 'X-Parse-Application-Id': keys.appId, 'X-Parse-Master-Key': keys.masterKey };
const everybody = { '*': true };
const signedIn = { requiresAuthentication: true };
const permissions = { find: everybody, get: everybody, count: everybody, create: signedIn, update: signedIn, delete: signedIn };

const noteFields = {
  title: { type: 'String' }, text: { type: 'String' }, category: { type: 'String' }, score: { type: 'Number' },
  done: { type: 'Boolean' }, owner: { type: 'Pointer', targetClass: '_User' },
};
const eventFields = { title: { type: 'String' }, score: { type: 'Number' }, owner: { type: 'Pointer', targetClass: '_User' } };
const spotFields = {
  name: { type: 'String' }, about: { type: 'String' }, kind: { type: 'String' }, shade: { type: 'String' }, amount: { type: 'Number' },
  owner: { type: 'Pointer', targetClass: '_User' },
};
const byScore = { by_score: { score: 1 } };
const byBoth = { ...byScore, by_category: { category: 1 } };

const spotIndexes = { by_kind: { kind: 1 }, by_words: { about: 'text' } };

/** Makes the classes with their indexes. `extras` says what else than Parse Server a server can do: places, sums for users. */
export async function makeClasses(origin, extras) {
  const place = extras.places ? [{ place: { type: 'GeoPoint' } }, { by_place: { place: '2dsphere' } }] : [{}, {}];
  for (const [className, fields, indexes, more = {}] of [
    ['Note', noteFields, byBoth], ['Created', noteFields, {}], ['CreatedIndexed', noteFields, byBoth],
    ['Event', eventFields, byScore],
    ['Spot', { ...spotFields, ...place[0] }, { ...spotIndexes, ...place[1] }, extras.sums ? { aggregate: everybody } : {}],
  ]) {
    const body = { className, fields, classLevelPermissions: { ...permissions, ...more }, indexes };
    await must(origin, json('POST', `/parse/schemas/${className}`, body, asMaster));
  }
}

/** Makes the users and gives their ids and session tokens. */
export function makeUsers(origin) {
  return eachOf(USERS, 4, async (i) => {
    const body = { username: userName(i), password: password(i), email: mailOf(i) };
    const { objectId, sessionToken } = await must(origin, json('POST', '/parse/users', body, asAnybody));
    return { id: objectId, token: sessionToken };
  });
}

/** Saves the notes in batches and gives their ids. */
export async function saveNotes(origin, users) {
  const found = new Array(NOTES);
  const bodyOf = (i) => ({ ...note(i), ...ownedBy(users[ownerOf(i)].id, { '*': { read: true } }) });
  await saveInBatches(origin, 'Note', NOTES, 500, bodyOf, (ids, first) => ids.forEach((id, k) => (found[first + k] = id)));
  return found;
}

/** Saves the spots in batches. */
export async function saveSpots(origin, users, extras) {
  const place = (i) => (extras.places ? { place: { __type: 'GeoPoint', ...placeOf(i) } } : {});
  const bodyOf = (i) => ({ ...spot(i), ...place(i), ...ownedBy(users[ownerOf(i)].id, { '*': { read: true } }) });
  await saveInBatches(origin, 'Spot', SPOTS, 500, bodyOf);
}

/** Saves the events in batches. */
export async function saveEvents(origin, users, rows) {
  await saveInBatches(origin, 'Event', rows, 1_000, (i) => ({ ...event(i), ...ownedBy(users[ownerOf(i)].id) }));
}

/** Saves `count` objects over the public API, several batches at a time; `keep` gets the ids of each batch. */
export async function saveInBatches(origin, className, count, batchSize, bodyOf, keep = () => {}) {
  await eachOf(Math.ceil(count / batchSize), 4, async (batch) => {
    const first = batch * batchSize;
    const requests = Array.from({ length: Math.min(batchSize, count - first) }, (_, k) => ({
      method: 'POST', path: `/parse/classes/${className}`, body: bodyOf(first + k),
    }));
    const answers = await must(origin, json('POST', '/parse/batch', { requests }, asMaster));
    keep(answers.map(({ success, error }) => {
      if (!success) throw new Error(`An object of ${className} was refused: ${JSON.stringify(error)}`);
      return success.objectId;
    }), first);
  });
}

/** The fields of what belongs to a user: only that user may read and change it, and who else `more` says. */
export function ownedBy(id, more = {}) {
  return {
    owner: { __type: 'Pointer', className: '_User', objectId: id },
    ACL: { [id]: { read: true, write: true }, ...more },
  };
}

/** The headers of a user's requests. */
export const asUser = ({ token }) => ({ ...asAnybody, 'X-Parse-Session-Token': token });

/** The requests of each operation, and how their answers are read. */
export function parseFace({ users, noteIds, extras }) {
  const as = (caller, user) => {
    if (caller === 'master') return asMaster;
    return user === null ? asAnybody : asUser(users[user]);
  };
  const variants = (build) => Array.from({ length: VARIANTS }, (_, n) => build((n * 7919) % NOTES));
  const find = (className, parameters) => `/parse/classes/${className}?${new URLSearchParams(parameters)}`;
  const best = { order: '-score', limit: PAGE };
  const createIn = (className, caller) => variants((i) => {
    const user = ownerOf(i);
    return { ...json('POST', `/parse/classes/${className}`, { ...note(i), ...ownedBy(users[user].id) }, as(caller, user)), about: { user } };
  });
  const operations = {
    create: (caller) => createIn('Created', caller),
    createIndexed: (caller) => createIn('CreatedIndexed', caller),
    get: (caller) => variants((i) => ({ ...json('GET', `/parse/classes/Note/${noteIds[i]}`, undefined, as(caller, ownerOf(i))), about: { note: i } })),
    list: (caller) => users.map((_, user) => json('GET', find('Note', best), undefined, as(caller, user))),
    query: (caller) => variants((i) => {
      const category = categoryOf(i);
      return { ...json('GET', find('Note', { where: JSON.stringify({ category }) }), undefined, as(caller, ownerOf(i))), about: { category } };
    }),
    update: (caller) => variants((i) => json('PUT', `/parse/classes/Note/${noteIds[i]}`, { text: `Changed to ${i}` }, as(caller, ownerOf(i)))),
    page: (caller) => users.map((_, user) => ({ ...json('GET', find('Event', best), undefined, as(caller, user)), about: { user } })),
    text: (caller) => variants((i) => {
      const where = JSON.stringify({ about: { $text: { $search: { $term: word(i) } } } });
      return { ...json('GET', find('Spot', { where, limit: FOUND }), undefined, as(caller, ownerOf(i))), about: { word: word(i) } };
    }),
    geo: (caller) => (extras.places ? variants((i) => {
      const place = placeOf(i);
      const near = { $nearSphere: { __type: 'GeoPoint', ...place }, $maxDistanceInKilometers: NEAR_KM };
      return { ...json('GET', find('Spot', { where: JSON.stringify({ place: near }), limit: FOUND }), undefined, as(caller, ownerOf(i))), about: { place } };
    }) : null),
    aggregate: (caller) => (extras.sums || caller === 'master' ? Array.from({ length: KINDS }, (_, i) => {
      const kind = kindOf(i);
      const pipeline = JSON.stringify([{ $match: { kind } }, { $group: { _id: '$shade', total: { $sum: '$amount' } } }]);
      const path = `/parse/aggregate/Spot?${new URLSearchParams({ pipeline })}`;
      return { ...json('GET', path, undefined, as(caller, i)), about: { kind } };
    }) : null),
    session: (caller) => users.map((_, user) => ({ ...json('GET', '/parse/users/me', undefined, as(caller, user)), about: { user } })),
    login: () => users.map((_, user) => json('POST', '/parse/login', { username: userName(user), password: password(user) }, asAnybody)),
  };
  return {
    users,
    requests: (operation, caller) => operations[operation](caller),
    hiddenStatus: 404,
    rowsOf: (body) => body.results,
    totalsOf: (body) => Object.fromEntries(body.results.map(({ objectId, total }) => [objectId, total])),
    idOf: (body) => body.objectId,
    ownerIdOf: (row) => row.owner.objectId,
    userIdOf: (body) => body.objectId,
    tokenOf: (body) => body.sessionToken,
    readCreated: (id, user) => json('GET', `/parse/classes/Created/${id}`, undefined, as('user', user)),
    updateAs: (i, user) => json('PUT', `/parse/classes/Note/${noteIds[i]}`, { text: 'mine' }, as('user', user % USERS)),
    pageWithoutSession: () => json('GET', find('Event', best), undefined, asAnybody),
  };
}
