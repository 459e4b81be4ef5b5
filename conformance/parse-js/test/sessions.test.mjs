import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forgetUser, http, isReference, master, Parse, refusedWith, signUp, useServer } from '../harness.mjs';

useServer();

const sessionsOf = (user, options) => new Parse.Query(Parse.Session).equalTo('user', user).ascending('createdAt').find(options);

test('the current session tells how it was made', async () => {
  const user = await signUp();
  const session = await Parse.Session.current();
  assert.equal(session.get('user').id, user.id);
  assert.equal(session.getSessionToken(), user.getSessionToken());
  assert.deepEqual(session.get('createdWith'), { action: 'signup', authProvider: 'password' });
  assert.ok(session.get('expiresAt') instanceof Date);
  assert.ok(session.get('expiresAt') > new Date());
  assert.ok(session.createdAt instanceof Date);
});

test('a log-in is told apart from a sign-up', async () => {
  const user = await signUp();
  await Parse.User.logOut();
  await Parse.User.logIn(user.getUsername(), 'secret');
  const session = await Parse.Session.current();
  assert.deepEqual(session.get('createdWith'), { action: 'login', authProvider: 'password' });
});

test('a session knows its installation, which has one session only', async () => {
  const user = await signUp();
  const first = user.getSessionToken();
  const installationId = await Parse._getInstallationId();
  const session = await Parse.Session.current();
  assert.equal(session.get('installationId'), installationId);
  forgetUser();
  await Parse.User.logIn(user.getUsername(), 'secret', { installationId });
  await refusedWith(209, Parse.User.me(first));
});

/** Logs in as another device, and returns the token. */
async function otherDevice(user, installationId) {
  const { body } = await http('POST', '/login', {
    headers: { 'X-Parse-Installation-Id': installationId },
    body: { username: user.getUsername(), password: 'secret' },
  });
  return body.sessionToken;
}

test('users see their own sessions and no others', async () => {
  const other = await signUp();
  const user = await signUp();
  await otherDevice(user, 'second-device');
  const own = await new Parse.Query(Parse.Session).find();
  assert.equal(own.length, 2);
  assert.ok(own.every(session => session.get('user').id === user.id));
  assert.deepEqual(await sessionsOf(other), []);
});

test('rows of sessions show no token', async () => {
  const user = await signUp();
  const [own] = await new Parse.Query(Parse.Session).find();
  const [asMaster] = await sessionsOf(user, master);
  const expected = isReference ? user.getSessionToken() : undefined;
  assert.equal(own.get('sessionToken'), expected);
  assert.equal(asMaster.get('sessionToken'), expected);
});

test('a session is found by its token', async () => {
  const user = await signUp();
  const current = await Parse.Session.current();
  const found = await new Parse.Query(Parse.Session).equalTo('sessionToken', user.getSessionToken()).find();
  assert.deepEqual(found.map(({ id }) => id), [current.id]);
});

test('ending another session of one\'s own', async () => {
  const user = await signUp();
  const other = await otherDevice(user, 'third-device');
  const current = await Parse.Session.current();
  const sessions = await new Parse.Query(Parse.Session).notEqualTo('objectId', current.id).find();
  assert.equal(sessions.length, 1);
  await sessions[0].destroy();
  await refusedWith(209, Parse.User.me(other));
  await Parse.User.me(user.getSessionToken());
});

test('nobody ends the session of another', async () => {
  const victim = await signUp();
  const session = await Parse.Session.current();
  await signUp();
  await refusedWith(101, session.destroy());
  await Parse.User.me(victim.getSessionToken());
});

test('sessions are for those who are logged in', async () => {
  await refusedWith(209, new Parse.Query(Parse.Session).find());
  await assert.rejects(Parse.Session.current());
});

test('a session can carry fields of its own, but not change what it is', async () => {
  await signUp();
  const session = await Parse.Session.current();
  await session.save({ device: 'phone' });
  const [stored] = await new Parse.Query(Parse.Session).find();
  assert.equal(stored.get('device'), 'phone');
  const { status, body } = await http('PUT', `/sessions/${session.id}`, {
    headers: { 'X-Parse-Session-Token': Parse.User.current().getSessionToken() },
    body: { expiresAt: { __type: 'Date', iso: '2100-01-01T00:00:00.000Z' } },
  });
  assert.deepEqual({ status, code: body.code }, { status: 400, code: 105 });
});

test('an expired session is refused', async () => {
  const user = await signUp();
  const session = await Parse.Session.current();
  const expire = { expiresAt: { __type: 'Date', iso: '2001-01-01T00:00:00.000Z' } };
  const headers = { 'X-Parse-Master-Key': Parse.CoreManager.get('MASTER_KEY') };
  const { status } = await http('PUT', `/sessions/${session.id}`, { headers, body: expire });
  assert.equal(status, 200);
  forgetUser();
  const error = await refusedWith(209, Parse.User.me(user.getSessionToken()));
  if (!isReference) assert.equal(error.message, 'Session token is expired.');
});

test('a token nobody has is refused everywhere', async () => {
  const sessionToken = 'r:ffffffffffffffffffffffffffffffff';
  await refusedWith(209, new Parse.Query('Anything').find({ sessionToken }));
  await refusedWith(209, new Parse.Object('Anything').save(null, { sessionToken }));
  await refusedWith(209, new Parse.Query(Parse.Session).find({ sessionToken }));
});

test('isCurrentSessionRevocable', async () => {
  await signUp();
  assert.equal(Parse.Session.isCurrentSessionRevocable(), true);
});

test('upgradeToRevocableSession gives another session of the same user', { skip: isReference }, async () => {
  const user = await signUp();
  const first = user.getSessionToken();
  await user._upgradeToRevocableSession();
  assert.notEqual(user.getSessionToken(), first);
  assert.equal((await Parse.Session.current()).get('user').id, user.id);
});

test('become with the token of a session that was made for another device', async () => {
  const user = await signUp();
  const token = await otherDevice(user, 'fourth-device');
  forgetUser();
  const again = await Parse.User.become(token);
  assert.equal(again.id, user.id);
  assert.equal(again.getSessionToken(), token);
  assert.equal((await Parse.Session.current()).get('installationId'), 'fourth-device');
});
