// What both servers are asked, in this order. `as` names whose cookies are sent and kept; `save` keeps texts of an answer
// for later requests, as `{{name}}`.
const post = (name, path, body, more = {}) => ({ name, method: 'POST', path, body, ...more });
const get = (name, path, more = {}) => ({ name, method: 'GET', path, ...more });

const ann = { name: 'Ann', email: 'ann@example.com', password: 'quiet-orchid-47' };
const wrong = { email: 'ann@example.com', password: 'wrong-orchid-47' };
const site = { origin: '{{origin}}' };

const transport = [
  get('is there', '/ok'),
  post('wrong method', '/ok', {}),
  get('unknown path', '/nothing'),
  get('slash at the end', '/ok/'),
  get('two slashes', '//ok'),
  get('the base itself', ''),
  get('error page', '/error?error=X'),
  post('broken JSON', '/sign-in/email', undefined, { raw: '{broken' }),
  post('another kind of body', '/sign-in/email', undefined, { raw: 'a=1', type: 'text/plain' }),
  post('a form where JSON is wanted', '/sign-out', undefined, { raw: 'a=1', type: 'application/x-www-form-urlencoded' }),
  post('no body', '/sign-in/email', undefined),
];

const signUp = [
  post('sign up without anything', '/sign-up/email', {}),
  post('sign up with wrong types', '/sign-up/email', { name: 1, email: 'x', password: 'quiet-orchid-47', rememberMe: 'yes' }),
  post('sign up with a callback that is no text', '/sign-up/email', { ...ann, callbackURL: 3 }),
  post('sign up with a list', '/sign-up/email', []),
  post('sign up with a bad address', '/sign-up/email', { ...ann, email: 'ann@localhost' }),
  post('sign up with a short password', '/sign-up/email', { ...ann, password: 'short' }),
  post('sign up with a long password', '/sign-up/email', { ...ann, password: 'x'.repeat(129) }),
  post('sign up with a foreign callback', '/sign-up/email', { ...ann, callbackURL: 'https://evil.example/' }),
  post('sign up from a foreign page', '/sign-up/email', ann, { headers: { origin: 'https://evil.example' } }),
  post('sign up', '/sign-up/email', { ...ann, email: 'Ann@Example.com', nickname: 'annie', unknown: 'x' }, { as: 'ann' }),
  get('who signed up', '/get-session', { as: 'ann' }),
  post('sign up again', '/sign-up/email', ann),
  post('sign up for this visit only', '/sign-up/email', { ...ann, email: 'bob@example.com', rememberMe: false }, { as: 'bob' }),
  post('sign up with a form', '/sign-up/email', undefined, {
    raw: 'name=Eve&email=eve%40example.com&password=quiet-orchid-47',
    type: 'application/x-www-form-urlencoded',
    as: 'eve',
  }),
  get('who signed up with a form', '/get-session', { as: 'eve' }),
];

const signIn = [
  post('sign in without anything', '/sign-in/email', {}),
  post('sign in with a bad address', '/sign-in/email', { ...wrong, email: 'ann' }),
  post('sign in with a wrong password', '/sign-in/email', wrong),
  post('sign in as nobody', '/sign-in/email', { ...wrong, email: 'nobody@example.com' }),
  post('sign in with a long password', '/sign-in/email', { ...wrong, password: 'x'.repeat(129) }),
  post('sign in', '/sign-in/email', { email: 'ANN@example.com', password: ann.password }, { as: 'ann2' }),
  post('sign in for this visit only', '/sign-in/email', { ...ann, rememberMe: false }, { as: 'ann3' }),
  post('sign in and go on', '/sign-in/email', { ...ann, callbackURL: '/home' }),
  post('sign in and go on to a trusted site', '/sign-in/email', { ...ann, callbackURL: 'https://app.example/home' }),
  post('sign in and go on to a site of a pattern', '/sign-in/email', { ...ann, callbackURL: 'https://a.wild.example/' }),
  post('sign in and go elsewhere', '/sign-in/email', { ...ann, callbackURL: 'https://evil.example/home' }),
  post('sign in and go to another host', '/sign-in/email', { ...ann, callbackURL: '//evil.example' }),
  post('sign in and go to a hidden host', '/sign-in/email', { ...ann, callbackURL: '/\\evil.example' }),
  post('sign in from a foreign form', '/sign-in/email', ann, {
    headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
  }),
  post('sign in from a hidden page', '/sign-in/email', ann, { headers: { 'sec-fetch-mode': 'cors' } }),
  post('sign in from the site', '/sign-in/email', ann, { headers: { ...site, 'sec-fetch-mode': 'cors' } }),
  post('sign in with a referer', '/sign-in/email', ann, { headers: { referer: '{{origin}}/login' } }),
];

const sessions = [
  get('nobody', '/get-session'),
  post('session by POST', '/get-session', {}),
  get('a made-up cookie', '/get-session', { headers: { cookie: 'better-auth.session_token=abc.def' } }),
  get('without the cache', '/get-session?disableCookieCache=true', { as: 'ann2' }),
  get('without renewal', '/get-session?disableRefresh=true', { as: 'ann2' }),
  get('sessions of nobody', '/list-sessions'),
  get('sessions', '/list-sessions', { as: 'bob' }),
  post('revoke nothing', '/revoke-session', {}, { as: 'ann2' }),
  post('revoke what is not there', '/revoke-session', { token: 'nope' }, { as: 'ann2' }),
  post('revoke as nobody', '/revoke-session', { token: 'nope' }),
  post('sign in once more', '/sign-in/email', ann, { as: 'ann4', save: { fourth: 'token' } }),
  post('bob revokes what is not his', '/revoke-session', { token: '{{fourth}}' }, { as: 'bob' }),
  get('which goes on', '/get-session', { as: 'ann4' }),
  post('revoke one', '/revoke-session', { token: '{{fourth}}' }, { as: 'ann2' }),
  get('which is over', '/get-session', { as: 'ann4' }),
  post('revoke the others', '/revoke-other-sessions', {}, { as: 'ann2' }),
  get('the third is over', '/get-session', { as: 'ann3' }),
  get('the second goes on', '/get-session', { as: 'ann2' }),
  post('revoke all', '/revoke-sessions', {}, { as: 'ann2' }),
  get('the second is over too', '/get-session', { as: 'ann2' }),
  post('revoke as nobody again', '/revoke-sessions', {}),
];

const origins = [
  post('in again', '/sign-in/email', ann, { as: 'ann' }),
  post('a cookie without an origin', '/update-user', { name: 'X' }, { as: 'ann', headers: { origin: null } }),
  post('a cookie and a foreign origin', '/update-user', { name: 'X' }, { as: 'ann', headers: { origin: 'https://evil.example' } }),
  post('a cookie and no origin at all', '/update-user', { name: 'X' }, { as: 'ann', headers: { origin: 'null' } }),
  post('the page hides its origin', '/update-user', { name: 'Ann' }, {
    as: 'ann',
    headers: { origin: 'null', 'sec-fetch-site': 'same-origin' },
  }),
  post('a cookie and a trusted origin', '/update-user', { name: 'Ann' }, { as: 'ann', headers: { origin: 'https://app.example' } }),
  post('a cookie and a referer', '/update-user', { name: 'Ann' }, { as: 'ann', headers: { origin: null, referer: '{{origin}}/x' } }),
  post('a pattern is no suffix', '/update-user', { name: 'X' }, { as: 'ann', headers: { origin: 'https://a.wild.example.evil.example' } }),
];

const users = [
  post('change nothing', '/update-user', {}, { as: 'ann' }),
  post('change the name', '/update-user', { name: 'Ann B' }, { as: 'ann' }),
  post('change the picture', '/update-user', { image: 'https://pictures.example/ann.png' }, { as: 'ann' }),
  get('who is it now', '/get-session', { as: 'ann' }),
  post('remove the picture', '/update-user', { image: null }, { as: 'ann' }),
  post('change a field of the app', '/update-user', { nickname: 'bee' }, { as: 'ann' }),
  get('who is it then', '/get-session', { as: 'ann' }),
  post('change the address that way', '/update-user', { email: 'x@example.com' }, { as: 'ann' }),
  post('verify the address that way', '/update-user', { emailVerified: true }, { as: 'ann' }),
  post('change what is not there', '/update-user', { unknown: 1 }, { as: 'ann' }),
  post('change the id', '/update-user', { id: 'x', createdAt: '2020-01-01T00:00:00.000Z' }, { as: 'ann' }),
  post('change with a list', '/update-user', [1], { as: 'ann' }),
  post('change nobody', '/update-user', { name: 'X' }),
  post('change for this visit only', '/update-user', { name: 'Bob' }, { as: 'bob' }),
];

const passwords = [
  post('change the password of nobody', '/change-password', { currentPassword: 'a', newPassword: 'quiet-orchid-48' }),
  post('change the password without any', '/change-password', {}, { as: 'ann' }),
  post('change with a wrong one', '/change-password', { currentPassword: 'wrong-orchid', newPassword: 'quiet-orchid-48' }, { as: 'ann' }),
  post('change to a short one', '/change-password', { currentPassword: ann.password, newPassword: 'short' }, { as: 'ann' }),
  post('change to a long one', '/change-password', { currentPassword: ann.password, newPassword: 'x'.repeat(129) }, { as: 'ann' }),
  post('a second device', '/sign-in/email', ann, { as: 'phone' }),
  post('change the password', '/change-password', { currentPassword: ann.password, newPassword: 'quiet-orchid-48' }, { as: 'ann' }),
  get('the second device stays', '/get-session', { as: 'phone' }),
  post('the old one is over', '/sign-in/email', ann),
  post(
    'change it and end the others',
    '/change-password',
    { currentPassword: 'quiet-orchid-48', newPassword: 'quiet-orchid-49', revokeOtherSessions: true },
    { as: 'ann' },
  ),
  get('the second device is out', '/get-session', { as: 'phone' }),
  get('this one has a new session', '/get-session', { as: 'ann' }),
  post('the right password', '/verify-password', { password: 'quiet-orchid-49' }, { as: 'ann' }),
  post('a wrong password', '/verify-password', { password: 'quiet-orchid-40' }, { as: 'ann' }),
  post('a password of nobody', '/verify-password', { password: 'quiet-orchid-49' }),
];

const ends = [
  post('sign out', '/sign-out', {}, { as: 'eve' }),
  get('who signed out', '/get-session', { as: 'eve' }),
  post('sign out as nobody', '/sign-out', {}),
  post('sign out without a body', '/sign-out', undefined),
  post('sign out from a foreign page', '/sign-out', {}, { as: 'ann', headers: { origin: 'https://evil.example' } }),
  post('delete nobody', '/delete-user', {}),
  post('delete with a wrong password', '/delete-user', { password: 'quiet-orchid-40' }, { as: 'ann' }),
  post('delete with the password', '/delete-user', { password: 'quiet-orchid-49' }, { as: 'ann' }),
  get('who is gone', '/get-session', { as: 'ann' }),
  post('sign in as who is gone', '/sign-in/email', { email: ann.email, password: 'quiet-orchid-49' }),
  post('delete from a fresh session', '/delete-user', {}, { as: 'bob' }),
];

const mails = [
  post('a user of mails', '/sign-up/email', { ...ann, email: 'mails@example.com' }, { as: 'mails' }),
  post('verification without an address', '/send-verification-email', {}),
  post('verification of a bad address', '/send-verification-email', { email: 'mails' }),
  post('verification of nobody', '/send-verification-email', { email: 'nobody@example.com' }),
  post('verification of somebody', '/send-verification-email', { email: 'mails@example.com' }),
  post('verification of another address', '/send-verification-email', { email: 'other@example.com' }, { as: 'mails' }),
  post('verification and elsewhere', '/send-verification-email', { email: 'mails@example.com', callbackURL: '//evil.example' }),
  get('verify without a token', '/verify-email'),
  get('verify with a made-up token', '/verify-email?token=x'),
  get('verify with a made-up token and go on', '/verify-email?token=x&callbackURL=/y'),
  get('verify and go elsewhere', '/verify-email?token=x&callbackURL=https://evil.example'),
  post('reset without an address', '/request-password-reset', {}),
  post('reset of a bad address', '/request-password-reset', { email: 'mails' }),
  post('reset of nobody', '/request-password-reset', { email: 'nobody@example.com', redirectTo: '/reset' }),
  post('reset of somebody', '/request-password-reset', { email: 'mails@example.com', redirectTo: '/reset' }),
  post('reset and elsewhere', '/request-password-reset', { email: 'mails@example.com', redirectTo: 'https://evil.example' }),
  get('follow a made-up link', '/reset-password/x?callbackURL=/reset'),
  get('follow a made-up link with a query', '/reset-password/x?callbackURL=/reset%3Fa%3Db'),
  get('follow a link without a page', '/reset-password/x'),
  get('follow a link elsewhere', '/reset-password/x?callbackURL=//evil.example'),
  post('set a password without a token', '/reset-password', { newPassword: 'quiet-orchid-48' }),
  post('set a password with a made-up token', '/reset-password', { newPassword: 'quiet-orchid-48', token: 'x' }),
  post('set a password with a token in the address', '/reset-password?token=x', { newPassword: 'quiet-orchid-48' }),
  post('set a short password', '/reset-password', { newPassword: 'short', token: 'x' }),
  post('set no password', '/reset-password', { token: 'x' }),
  post('change the address of nobody', '/change-email', { newEmail: 'other@example.com' }),
  post('change the address without one', '/change-email', {}, { as: 'mails' }),
  post('change to a bad address', '/change-email', { newEmail: 'x' }, { as: 'mails' }),
  post('change to the same address', '/change-email', { newEmail: 'Mails@example.com' }, { as: 'mails' }),
  post('change to an address that is taken', '/change-email', { newEmail: 'ann@example.com' }, { as: 'mails' }),
  post('change to another address', '/change-email', { newEmail: 'other@example.com' }, { as: 'mails' }),
  get('delete by a link as nobody', '/delete-user/callback?token=x'),
  get('delete by a made-up link', '/delete-user/callback?token=x', { as: 'mails' }),
  get('delete by a link without a token', '/delete-user/callback', { as: 'mails' }),
  get('delete by a link and go elsewhere', '/delete-user/callback?token=x&callbackURL=//evil.example', { as: 'mails' }),
  post('delete by a made-up token', '/delete-user', { token: 'x' }, { as: 'mails' }),
];

export const topics = { transport, signUp, signIn, sessions, origins, users, passwords, ends, mails };
