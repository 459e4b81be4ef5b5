// The unmodified client with mails that go through a real SMTP connection.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startSink } from '../../parse-js/mail-sink.mjs';
import { PASSWORD, visitor } from '../harness.mjs';
import { startOurs } from '../ours.mjs';

let sink;
let server;
before(async () => {
  sink = await startSink();
  server = await startOurs({ ASTROLABE_SMTP_URL: sink.url, ASTROLABE_MAIL_FROM: 'Shop <shop@example.org>' });
});
after(async () => {
  await server?.stop();
  sink?.stop();
});

/** The link in the next mail, which must go to `email`. */
async function linkTo(email) {
  const mail = await sink.next();
  assert.deepEqual(mail.to, [email]);
  const [link] = /http:\S+/.exec(mail.text);
  assert.ok(link.startsWith(`${server.url}/`), link);
  return link;
}

test('a visitor verifies the address', async () => {
  const email = 'ann@example.com';
  const { client, fetch } = visitor(server);
  await client.signUp.email({ name: 'Ann', email, password: PASSWORD });
  assert.equal((await client.sendVerificationEmail({ email, callbackURL: '/welcome' })).data.status, true);
  const token = new URL(await linkTo(email)).searchParams.get('token');
  assert.deepEqual((await client.verifyEmail({ query: { token } })).data, { status: true, user: null });
  assert.equal((await client.getSession()).data.user.emailVerified, true);
  const again = await client.sendVerificationEmail({ email });
  assert.equal(again.error.code, 'EMAIL_ALREADY_VERIFIED');
  const followed = await fetch(`${server.url}/verify-email?token=${token}&callbackURL=%2Fwelcome`);
  assert.deepEqual([followed.status, followed.headers.get('location')], [302, '/welcome']);
});

test('a forgotten password is replaced', async () => {
  const email = 'bob@example.com';
  const { client, fetch } = visitor(server);
  await client.signUp.email({ name: 'Bob', email, password: PASSWORD });
  await client.signOut();
  const known = await client.requestPasswordReset({ email, redirectTo: '/reset' });
  const unknown = await client.requestPasswordReset({ email: 'nobody@example.com', redirectTo: '/reset' });
  assert.deepEqual(known.data, unknown.data);
  const page = (await fetch(await linkTo(email))).headers.get('location');
  const token = new URL(page).searchParams.get('token');
  assert.equal(page.split('?')[0], `${server.origin}/reset`);
  assert.equal((await client.resetPassword({ newPassword: 'quiet-orchid-48', token })).data.status, true);
  assert.equal((await client.resetPassword({ newPassword: 'quiet-orchid-49', token })).error.code, 'INVALID_TOKEN');
  assert.equal((await client.signIn.email({ email, password: PASSWORD })).error.code, 'INVALID_EMAIL_OR_PASSWORD');
  assert.equal((await client.signIn.email({ email, password: 'quiet-orchid-48' })).error, null);
});

test('a user changes the address', async () => {
  const { client, fetch } = visitor(server);
  await client.signUp.email({ name: 'Cleo', email: 'cleo@example.com', password: PASSWORD });
  assert.equal((await client.changeEmail({ newEmail: 'ann@example.com' })).data.status, true, 'somebody has it');
  assert.equal((await client.changeEmail({ newEmail: 'Cleopatra@example.com', callbackURL: '/account' })).data.status, true);
  // The present address was not verified, so the link goes to the new one at once.
  const followed = await fetch(await linkTo('cleopatra@example.com'));
  assert.equal(followed.headers.get('location'), '/account');
  const { user } = (await client.getSession()).data;
  assert.deepEqual([user.email, user.emailVerified], ['cleopatra@example.com', true]);
});
