import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forgetUser, http, isReference, master, Parse, refusedWith, signUp, unique, useServer } from '../harness.mjs';

useServer();

test('signing up makes a user and logs it in', async () => {
  const username = unique('ann');
  const user = new Parse.User();
  user.set({ username, password: 'secret', email: `${username}@example.org`, age: 3 });
  await user.signUp();
  assert.match(user.id, /^[A-Za-z0-9]{10}$/);
  assert.match(user.getSessionToken(), /^r:[0-9a-f]{32}$/);
  assert.ok(user.createdAt instanceof Date);
  assert.ok(user.authenticated());
  assert.equal(Parse.User.current().id, user.id);
  assert.equal(user.get('password'), undefined);
  assert.equal(user.get('age'), 3);
});

test('logging in returns everything but the password', async () => {
  const { id } = await signUp({ username: unique('bob'), age: 5 });
  const username = Parse.User.current().getUsername();
  forgetUser();
  const user = await Parse.User.logIn(username, 'secret');
  assert.equal(user.id, id);
  assert.equal(user.get('age'), 5);
  assert.equal(user.get('password'), undefined);
  assert.ok(user.createdAt instanceof Date);
  assert.ok(user.updatedAt instanceof Date);
  assert.ok(user.authenticated());
});

test('an e-mail address serves as the name to log in with', async () => {
  const username = unique('cid');
  const { id } = await signUp({ username, email: `${username}@example.org` });
  forgetUser();
  const user = await Parse.User.logIn(`${username}@example.org`, 'secret');
  assert.equal(user.id, id);
});

test('a wrong password and an unknown user are not told apart', async () => {
  const username = (await signUp()).getUsername();
  const wrong = await refusedWith(101, Parse.User.logIn(username, 'no'));
  const unknown = await refusedWith(101, Parse.User.logIn(unique('nobody'), 'secret'));
  assert.equal(wrong.message, 'Invalid username/password.');
  assert.equal(unknown.message, wrong.message);
});

test('logging in needs a name and a password', async () => {
  await refusedWith(200, posted('/login', { password: 'secret' }));
  await refusedWith(201, posted('/login', { username: 'ann' }));
});

test('signing up needs a name and a password', async () => {
  await refusedWith(200, posted('/users', { password: 'secret' }));
  await refusedWith(201, posted('/users', { username: unique('dan') }));
  const nameless = new Parse.User();
  nameless.set('password', 'secret');
  await assert.rejects(nameless.signUp());
});

/** The SDK refuses these before it asks, so the question is put without it. */
async function posted(path, body) {
  const answer = await http('POST', path, { body });
  if (answer.status >= 400) throw new Parse.Error(answer.body.code, answer.body.error);
  return answer.body;
}

test('a username is taken once, whatever its case', async () => {
  const username = unique('Eve');
  await signUp({ username });
  const error = await refusedWith(202, signUp({ username }));
  assert.equal(error.message, 'Account already exists for this username.');
  await refusedWith(202, signUp({ username: username.toUpperCase() }));
});

test('an e-mail address is taken once, whatever its case', async () => {
  const email = `${unique('Fay')}@example.org`;
  await signUp({ email });
  const error = await refusedWith(203, signUp({ email }));
  assert.equal(error.message, 'Account already exists for this email address.');
  await refusedWith(203, signUp({ email: email.toUpperCase() }));
});

test('two users without e-mail do not collide', async () => {
  await signUp();
  await signUp();
});

test('an e-mail address has an at sign', async () => {
  await refusedWith(125, signUp({ email: 'nowhere' }));
});

test('a failed sign-up leaves nothing behind', async () => {
  const username = unique('gil');
  await refusedWith(125, signUp({ username, email: 'nowhere' }));
  assert.equal(Parse.User.current(), null);
  await signUp({ username });
});

test('logging out ends the session', async () => {
  const user = await signUp();
  const sessionToken = user.getSessionToken();
  await Parse.User.logOut();
  assert.equal(Parse.User.current(), null);
  await refusedWith(209, new Parse.Query('Anything').find({ sessionToken }));
});

test('logging out without being logged in is fine', async () => {
  await Parse.User.logOut();
});

test('become takes a session over', async () => {
  const user = await signUp();
  const sessionToken = user.getSessionToken();
  forgetUser();
  const again = await Parse.User.become(sessionToken);
  assert.equal(again.id, user.id);
  assert.equal(again.getUsername(), user.getUsername());
  assert.equal(again.getSessionToken(), sessionToken);
  assert.equal(Parse.User.current().id, user.id);
});

test('become needs a session that exists', async () => {
  const error = await refusedWith(209, Parse.User.become('r:00000000000000000000000000000000'));
  assert.equal(error.message, 'Invalid session token');
});

test('me returns the user of a session without making it current', async () => {
  const user = await signUp();
  forgetUser();
  const me = await Parse.User.me(user.getSessionToken());
  assert.equal(me.id, user.id);
  assert.equal(Parse.User.current(), null);
});

test('hydrate makes a user from what is known of it', async () => {
  const user = await signUp();
  const again = await Parse.User.hydrate({ objectId: user.id, username: user.getUsername(), sessionToken: user.getSessionToken() });
  assert.equal(again.id, user.id);
  assert.equal(Parse.User.current().id, user.id);
});

test('the current user comes back after a fetch', async () => {
  const token = (await signUp({ nick: 'a' })).getSessionToken();
  const fetched = await Parse.User.current().fetch();
  assert.equal(fetched.get('nick'), 'a');
  assert.equal(fetched.getSessionToken(), token);
  assert.equal((await Parse.Session.current()).get('user').id, fetched.id);
});

test('users change themselves', async () => {
  const user = await signUp({ visits: 1 });
  user.set('nick', 'A');
  user.increment('visits');
  await user.save();
  assert.equal(user.get('visits'), 2);
  const stored = await new Parse.Query(Parse.User).get(user.id);
  assert.equal(stored.get('nick'), 'A');
  assert.equal(stored.get('visits'), 2);
});

test('users change their name and address', async () => {
  const user = await signUp();
  const username = unique('renamed');
  await user.save({ username, email: `${username}@example.org` });
  forgetUser();
  const again = await Parse.User.logIn(username, 'secret');
  assert.equal(again.id, user.id);
  assert.equal(again.getEmail(), `${username}@example.org`);
});

test('users cannot take the name of another', async () => {
  const taken = (await signUp()).getUsername();
  const user = await signUp();
  user.setUsername(taken);
  await refusedWith(202, user.save());
});

test('a new password ends all sessions and starts another', async () => {
  const user = await signUp();
  const before = user.getSessionToken();
  user.setPassword('better');
  await user.save();
  assert.notEqual(user.getSessionToken(), before);
  assert.equal(Parse.User.current().getSessionToken(), user.getSessionToken());
  await refusedWith(209, Parse.User.me(before));
  await Parse.User.me(user.getSessionToken());
  await refusedWith(101, Parse.User.logIn(user.getUsername(), 'secret'));
  await Parse.User.logIn(user.getUsername(), 'better');
});

test('users delete themselves', async () => {
  const user = await signUp();
  await user.destroy();
  await refusedWith(101, new Parse.Query(Parse.User).get(user.id, master));
  await refusedWith(101, Parse.User.logIn(user.getUsername(), 'secret'));
});

test('the name of a deleted user is free', async () => {
  const username = unique('hal');
  const first = await signUp({ username });
  await first.destroy();
  const second = await signUp({ username });
  assert.notEqual(second.id, first.id);
});

test('users are private', async () => {
  const hidden = await signUp();
  await signUp();
  await refusedWith(101, new Parse.Query(Parse.User).get(hidden.id));
  const found = await new Parse.Query(Parse.User).equalTo('username', hidden.getUsername()).find();
  assert.deepEqual(found, []);
  const count = await new Parse.Query(Parse.User).equalTo('username', hidden.getUsername()).count();
  assert.equal(count, 0);
});

test('users find themselves', async () => {
  const user = await signUp();
  const found = await new Parse.Query(Parse.User).equalTo('username', user.getUsername()).find();
  assert.deepEqual(found.map(({ id }) => id), [user.id]);
  assert.deepEqual(found[0].getACL().permissionsById, { [user.id]: { read: true, write: true } });
});

test('nobody changes or deletes another user', async () => {
  const user = await signUp();
  const other = await signUp();
  const stranger = Parse.User.createWithoutData(user.id);
  await refusedWith(206, stranger.save({ nick: 'x' }, { sessionToken: other.getSessionToken() }));
  await refusedWith(206, stranger.destroy({ sessionToken: other.getSessionToken() }));
  forgetUser();
  await refusedWith(206, Parse.User.createWithoutData(user.id).save({ nick: 'x' }));
  const stored = await new Parse.Query(Parse.User).get(user.id, master);
  assert.equal(stored.get('nick'), undefined);
});

test('the master key changes and deletes users', async () => {
  const user = await signUp();
  forgetUser();
  const stored = await new Parse.Query(Parse.User).get(user.id, master);
  await stored.save({ nick: 'M' }, master);
  assert.equal((await new Parse.Query(Parse.User).get(user.id, master)).get('nick'), 'M');
  await stored.destroy(master);
  await refusedWith(101, new Parse.Query(Parse.User).get(user.id, master));
});

test('a user that is public shows no address to others', async () => {
  const user = await signUp({ email: `${unique('ida')}@example.org` });
  const acl = new Parse.ACL(user);
  acl.setPublicReadAccess(true);
  await user.save({ ACL: acl });
  await signUp();
  const seen = await new Parse.Query(Parse.User).get(user.id);
  assert.equal(seen.getUsername(), user.getUsername());
  assert.equal(seen.getEmail(), undefined);
  assert.equal(seen.getSessionToken(), undefined);
});

test('an address is verified by the server alone', async () => {
  const user = await signUp();
  await refusedWith(119, user.save({ emailVerified: true }));
});

test('verifyPassword checks without logging in', async () => {
  const user = await signUp();
  forgetUser();
  const checked = await Parse.User.verifyPassword(user.getUsername(), 'secret');
  assert.equal(checked.objectId, user.id);
  assert.equal(checked.sessionToken, undefined);
  assert.equal(Parse.User.current(), null);
  await refusedWith(101, Parse.User.verifyPassword(user.getUsername(), 'no'));
});

test('loginAs is for the master key', async () => {
  const user = await signUp();
  forgetUser();
  const again = await Parse.User.loginAs(user.id);
  assert.equal(again.id, user.id);
  assert.equal(Parse.User.current().id, user.id);
  assert.equal((await Parse.User.me(again.getSessionToken())).id, user.id);
  await refusedWith(101, Parse.User.loginAs('nobody'));
  const { status, body } = await http('POST', '/loginAs', { body: { userId: user.id } });
  assert.deepEqual({ status, body }, { status: 400, body: { code: 119, error: 'Permission denied' } });
});

test('a user that reads itself sees its token only where it was presented', async () => {
  const user = await signUp();
  const rows = await new Parse.Query(Parse.User).find();
  assert.ok(rows.every(row => row.get('sessionToken') === undefined));
  const read = await http('GET', `/users/${user.id}`, { headers: { 'X-Parse-Session-Token': user.getSessionToken() } });
  assert.equal(read.body.sessionToken, user.getSessionToken());
  const me = await http('GET', '/users/me', { headers: { 'X-Parse-Session-Token': user.getSessionToken() } });
  assert.equal(me.body.sessionToken, user.getSessionToken());
});

test('users point at each other and are included where they may be read', async () => {
  const Note = unique('Note');
  const ann = await signUp();
  const bob = await signUp();
  await new Parse.Object(Note, { ann, bob }).save();
  const note = await new Parse.Query(Note).include('ann', 'bob').first();
  assert.equal(note.get('bob').getUsername(), bob.getUsername());
  assert.equal(note.get('ann'), undefined);
});

test('a user fetches itself with what it points at', async () => {
  const friend = await new Parse.Object('Friend', { name: 'a' }).save();
  const user = await signUp();
  await user.save({ bestFriend: friend });
  await user.fetchWithInclude('bestFriend');
  assert.equal(user.get('bestFriend').get('name'), 'a');
});

test('logging in tells no more than the user may see', async () => {
  const user = await signUp({ email: `${unique('ann')}@example.com` });
  forgetUser();
  const { body } = await http('POST', '/login', { body: { username: user.getUsername(), password: 'secret' } });
  const hidden = Object.keys(body).filter(name => name.startsWith('_') || name === 'password');
  assert.deepEqual(hidden, []);
  assert.equal(body.email, user.getEmail());
});
