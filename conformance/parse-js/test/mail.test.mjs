import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { forgetUser, isReference, keys, master, Parse, refusedWith, unique, useServer } from '../harness.mjs';
import { startSink } from '../mail-sink.mjs';

// The reference these tests may run against sends no mail. What it answers where it does was looked up in its 9.10.0.
const skip = isReference;

const BASE = 'https://shop.example/parse';
const sink = await startSink();
after(() => sink.stop());

useServer(async () => {}, {
  ASTROLABE_SMTP_URL: sink.url,
  ASTROLABE_MAIL_FROM: 'Shop <shop@example.org>',
  ASTROLABE_PUBLIC_URL: BASE,
  PARSE_SERVER_VERIFY_USER_EMAILS: 'true',
  PARSE_SERVER_PREVENT_LOGIN_WITH_UNVERIFIED_EMAIL: 'true',
  PARSE_SERVER_PASSWORD_POLICY: JSON.stringify({ validatorPattern: '^.{6,}$', resetTokenValidityDuration: 3600 }),
});

/** The address below the mount in the mail that comes next, which must go to `email`. */
async function linkTo(email) {
  const mail = await sink.next();
  assert.deepEqual(mail.to, [email]);
  const [link] = /https:\S+/.exec(mail.text);
  assert.ok(link.startsWith(`${BASE}/apps/${keys.appId}/`), link);
  return link.slice(BASE.length);
}

const visit = async path => (await fetch(Parse.serverURL + path)).text();

/** Signs somebody up without logging in, and returns the link that verifies the address. */
async function someone() {
  const username = unique('ann');
  const email = `${username}@example.org`;
  const user = await Parse.User.signUp(username, 'secret', { email });
  assert.equal(user.getSessionToken(), undefined);
  forgetUser();
  return { id: user.id, username, email, link: await linkTo(email) };
}

async function verified() {
  const ann = await someone();
  await visit(ann.link);
  return ann;
}

test('a user logs in once the address is verified', { skip }, async () => {
  const ann = await someone();
  const error = await refusedWith(205, Parse.User.logIn(ann.username, 'secret'));
  assert.equal(error.message, 'User email is not verified.');
  await refusedWith(101, Parse.User.logIn(ann.username, 'wrong'));
  assert.match(await visit(ann.link), /Your address is confirmed/);
  const user = await Parse.User.logIn(ann.username, 'secret');
  assert.equal(user.get('emailVerified'), true);
});

test('another mail is sent on request', { skip }, async () => {
  const ann = await someone();
  await Parse.User.requestEmailVerification(ann.email);
  const link = await linkTo(ann.email);
  assert.notEqual(link, ann.link);
  assert.match(await visit(ann.link), /does not count/);
  assert.match(await visit(link), /confirmed/);
});

test('nobody learns which addresses have accounts', { skip }, async () => {
  await Parse.User.requestEmailVerification(`${unique('nobody')}@example.org`);
  await Parse.User.requestPasswordReset(`${unique('nobody')}@example.org`);
  const ann = await verified();
  await Parse.User.requestEmailVerification(ann.email);
  await Parse.User.requestPasswordReset(ann.email);
  // The first mail that arrives is the one that somebody gets.
  assert.match(await linkTo(ann.email), /request_password_reset/);
});

test('a request without an address is refused', { skip }, async () => {
  await refusedWith(204, Parse.User.requestPasswordReset(''));
  await refusedWith(125, Parse.User.requestPasswordReset(7));
  await refusedWith(204, Parse.User.requestEmailVerification(''));
  await refusedWith(125, Parse.User.requestEmailVerification(7));
});

test('a forgotten password is replaced, and its sessions end', { skip }, async () => {
  const ann = await verified();
  const token = (await Parse.User.logIn(ann.username, 'secret')).getSessionToken();
  forgetUser();
  await Parse.User.requestPasswordReset(ann.email);
  const link = await linkTo(ann.email);
  assert.match(await visit(link), /<form method="post"/);
  const choose = async password => {
    const body = new URLSearchParams({ token: link.split('token=')[1], new_password: password });
    return (await fetch(Parse.serverURL + link.split('?')[0], { method: 'POST', body })).text();
  };
  assert.match(await choose('short'), /Password does not meet the Password Policy requirements\./);
  assert.match(await choose('long enough'), /Your password was changed/);
  assert.match(await choose('long enough too'), /token is invalid/);
  await refusedWith(209, Parse.User.become(token));
  await refusedWith(101, Parse.User.logIn(ann.username, 'secret'));
  await Parse.User.logIn(ann.username, 'long enough');
});

test('a new address is verified again', { skip }, async () => {
  const ann = await verified();
  const email = `new-${ann.email}`;
  await Parse.User.createWithoutData(ann.id).save({ email }, master);
  await refusedWith(205, Parse.User.logIn(ann.username, 'secret'));
  await visit(await linkTo(email));
  await Parse.User.logIn(ann.username, 'secret');
});
