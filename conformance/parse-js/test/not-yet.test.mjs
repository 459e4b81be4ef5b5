import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isReference, master, Parse, refusedWith, rest, signUp, unique, useServer } from '../harness.mjs';

// What a later version will speak is refused by name until then: never a 5xx, never half done.
const skip = isReference;

useServer();

test('functions and jobs', { skip }, async () => {
  await refusedWith(108, Parse.Cloud.run('hello', { name: 'ann' }));
  await refusedWith(108, Parse.Cloud.startJob('sweep', {}));
});

test('hooks', { skip }, async () => {
  await refusedWith(108, Parse.Hooks.createFunction('hello', 'https://example.com/'));
  await refusedWith(108, Parse.Hooks.createTrigger(unique('Note'), 'beforeSave', 'https://example.com/'));
});

test('push', { skip }, async () => {
  await refusedWith(108, Parse.Push.send({ where: new Parse.Query(Parse.Installation), data: { alert: 'x' } }, master));
});

test('files', { skip }, async () => {
  await refusedWith(108, new Parse.File('note.txt', { base64: 'YQ==' }).save());
});

test('mails where the server sends none', { skip }, async () => {
  await signUp({ email: `${unique('ann')}@example.com` });
  const error = await refusedWith(1, Parse.User.requestPasswordReset('ann@example.com'));
  assert.match(error.message, /emailAdapter/);
  await refusedWith(1, Parse.User.requestEmailVerification('ann@example.com'));
});

test('anonymous users and users of other services', { skip }, async () => {
  await refusedWith(252, Parse.AnonymousUtils.logIn());
  await refusedWith(252, rest('POST', 'users', { authData: { facebook: { id: '1', access_token: 'x' } } }));
});

test('events of Parse.Analytics', { skip }, async () => {
  await refusedWith(108, Parse.Analytics.track('opened', { from: 'a test' }));
});

test('what was refused left nothing behind', { skip }, async () => {
  await assert.rejects(Parse.AnonymousUtils.logIn());
  assert.equal(Parse.User.current(), null);
  const anonymous = await new Parse.Query(Parse.User).doesNotExist('email').find(master);
  assert.ok(anonymous.every(user => user.get('authData') === undefined));
});
