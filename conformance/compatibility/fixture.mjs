// A server with what the rows of `rows.mjs` speak of, and the way to ask it.
import { keys } from '../server.mjs';

/** Returns `ask(request)`, which gives `{ status, body }`. */
export async function makeFixture(url) {
  const names = {};
  const tokens = {};
  const fill = text => text?.replace(/\{(\w+)\}/g, (whole, name) => names[name] ?? whole);
  const ask = async ([method, path, body, who = 'rest']) => {
    const answer = await fetch(url + fill(path), {
      method,
      headers: {
        'X-Parse-Application-Id': keys.appId,
        'X-Parse-REST-API-Key': keys.restKey,
        ...(who === 'master' && { 'X-Parse-Master-Key': keys.masterKey }),
        ...(tokens[who] && { 'X-Parse-Session-Token': tokens[who] }),
        ...(body && { 'Content-Type': 'application/json' }),
      },
      body: fill(body && JSON.stringify(body)),
    });
    return { status: answer.status, body: await answer.json() };
  };
  const make = async (...request) => {
    const { status, body } = await ask(request);
    if (status !== 201 && status !== 200) throw new Error(`${request[1]}: ${JSON.stringify(body)}`);
    return body;
  };
  const user = await make('POST', '/users', { username: 'compat', password: 'secret', email: 'compat@example.com' });
  tokens.user = user.sessionToken;
  tokens.user2 = (await make('POST', '/login', { username: 'compat', password: 'secret' })).sessionToken;
  names.user = user.objectId;
  names.leaver = (await make('POST', '/users', { username: 'compat-leaver', password: 'secret' })).objectId;
  names.object = (await make('POST', '/classes/Compat', { n: 1, s: 'a', list: [1], map: { a: { b: 1 } } })).objectId;
  names.victim = (await make('POST', '/classes/Compat', { n: 1 })).objectId;
  const closed = { secret: { type: 'String' }, owner: { type: 'Pointer', targetClass: '_User' } };
  await make('POST', '/schemas/CompatClosed', { className: 'CompatClosed', fields: closed }, 'master');
  await make('POST', '/schemas/CompatGone', { className: 'CompatGone' }, 'master');
  return ask;
}
