// The unmodified core client doing what its users do.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { keys } from '../../server.mjs';
import { PASSWORD, visitor } from '../harness.mjs';
import { startOurs } from '../ours.mjs';

let server;
before(async () => (server = await startOurs()));
after(() => server?.stop());

const parse = (method, path, token, body) =>
  fetch(server.parse + path, {
    method,
    headers: {
      'X-Parse-Application-Id': keys.appId,
      'X-Parse-REST-API-Key': keys.restKey,
      ...(token && { 'X-Parse-Session-Token': token }),
      ...(body && { 'Content-Type': 'application/json' }),
    },
    body: body && JSON.stringify(body),
  }).then(answer => answer.json());

test('a visitor signs up, comes back and leaves', async () => {
  const { client, cookies } = visitor(server);
  const nobody = await client.getSession();
  assert.deepEqual([nobody.data, nobody.error], [null, null]);

  const up = await client.signUp.email({ name: 'Ann', email: 'Ann@Example.com', password: PASSWORD, nickname: 'annie' });
  assert.equal(up.error, null);
  assert.ok(up.data.user.createdAt instanceof Date, 'dates are dates');
  assert.deepEqual([up.data.user.email, up.data.user.emailVerified, up.data.user.image], ['ann@example.com', false, null]);
  assert.ok(cookies.has('better-auth.session_token'));

  const { data } = await client.getSession();
  assert.deepEqual([data.user.id, data.user.nickname], [up.data.user.id, 'annie']);
  assert.ok(data.session.expiresAt > new Date());

  const out = await client.signOut();
  assert.equal(out.data.success, true);
  assert.equal(cookies.size, 0);
  assert.equal((await client.getSession()).data, null);

  const back = await client.signIn.email({ email: 'ann@example.com', password: PASSWORD });
  assert.deepEqual([back.error, back.data.redirect], [null, false]);
});

test('errors have the code that sites switch on', async () => {
  const { client } = visitor(server);
  await client.signUp.email({ name: 'Bob', email: 'bob@example.com', password: PASSWORD });
  const errors = [
    await client.signIn.email({ email: 'bob@example.com', password: 'wrong-orchid-47' }),
    await client.signUp.email({ name: 'Bob', email: 'bob@example.com', password: PASSWORD }),
    await client.signUp.email({ name: 'Bob', email: 'bob2@example.com', password: 'short' }),
    await visitor(server).client.listSessions(),
  ].map(({ error }) => [error.status, error.code]);
  assert.deepEqual(errors, [
    [401, 'INVALID_EMAIL_OR_PASSWORD'],
    [422, 'USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL'],
    [400, 'PASSWORD_TOO_SHORT'],
    [401, 'UNAUTHORIZED'],
  ]);
});

test('a user looks after its sessions', async () => {
  const email = 'cleo@example.com';
  const [laptop, phone, tablet] = [visitor(server), visitor(server), visitor(server)];
  await laptop.client.signUp.email({ name: 'Cleo', email, password: PASSWORD });
  for (const { client } of [phone, tablet]) await client.signIn.email({ email, password: PASSWORD });
  const { data: sessions } = await laptop.client.listSessions();
  assert.equal(sessions.length, 3);
  const { data: phoneSession } = await phone.client.getSession();
  const handle = sessions.find(({ id }) => id === phoneSession.session.id).token;
  assert.notEqual(handle, phoneSession.session.token, 'the token of another device is not shown');
  assert.equal((await laptop.client.revokeSession({ token: handle })).data.status, true);
  assert.equal((await phone.client.getSession()).data, null);
  assert.ok((await tablet.client.getSession()).data);
  await laptop.client.revokeOtherSessions();
  assert.equal((await tablet.client.getSession()).data, null);
  assert.ok((await laptop.client.getSession()).data);
  await laptop.client.revokeSessions();
  assert.equal((await laptop.client.getSession()).data, null);
});

test('a user changes itself', async () => {
  const email = 'dora@example.com';
  const { client } = visitor(server);
  const { data } = await client.signUp.email({ name: 'Dora', email, password: PASSWORD });
  await client.updateUser({ name: 'Dora D', image: 'https://pictures.example/d.png', nickname: 'd' });
  const { user } = (await client.getSession()).data;
  assert.deepEqual([user.name, user.image, user.nickname], ['Dora D', 'https://pictures.example/d.png', 'd']);
  const seen = await parse('GET', '/users/me', data.token);
  assert.deepEqual([seen.name, seen.image, seen.nickname], ['Dora D', 'https://pictures.example/d.png', 'd']);
  await client.updateUser({ image: null });
  assert.equal((await client.getSession()).data.user.image, null);

  const other = visitor(server);
  await other.client.signIn.email({ email, password: PASSWORD });
  const changed = await client.changePassword({
    currentPassword: PASSWORD,
    newPassword: 'quiet-orchid-48',
    revokeOtherSessions: true,
  });
  assert.ok(changed.data.token);
  assert.equal((await other.client.getSession()).data, null);
  assert.ok((await client.getSession()).data, 'who changed it stays');
  assert.equal((await parse('GET', '/users/me', data.token)).code, 209, 'the first session is over for Parse as well');

  assert.equal((await client.deleteUser({ password: 'quiet-orchid-48' })).data.success, true);
  assert.equal((await client.getSession()).data, null);
  assert.equal((await client.signIn.email({ email, password: 'quiet-orchid-48' })).error.code, 'INVALID_EMAIL_OR_PASSWORD');
});

test('who logs in with Parse is signed in here, and the other way round', async () => {
  const up = await parse('POST', '/users', null, { username: 'eve', email: 'eve@example.com', password: PASSWORD });
  const { client } = visitor(server);
  const { data } = await client.signIn.email({ email: 'eve@example.com', password: PASSWORD });
  assert.equal(data.user.id, up.objectId);
  assert.equal((await parse('GET', '/users/me', data.token)).username, 'eve');
  assert.deepEqual(await parse('POST', '/logout', data.token, {}), {});
  assert.equal((await client.getSession()).data, null);
});
