// Accounts: signing up, logging in and out, and what the cookie and the gate do.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newName, PASSWORD, startTodoSite } from './harness.mjs';

const site = await startTodoSite();

test('signing up opens an empty list under that name', async () => {
  const visitor = await site.visitor();
  const { name } = await visitor.signUp();
  await visitor.page.getByText(`${name}’s list`).waitFor();
  await visitor.page.getByRole('heading', { name: 'Nothing on your list' }).waitFor();
  assert.deepEqual(visitor.errors, []);
  await visitor.screenshot('empty');
  await visitor.close();
});

test('the session is in a cookie that scripts cannot read', async () => {
  const visitor = await site.visitor();
  await visitor.signUp();
  const cookie = (await visitor.context.cookies()).find(({ name }) => name === 'todo_session');
  assert.equal(cookie.httpOnly, true);
  assert.equal(cookie.sameSite, 'Lax');
  assert.equal(cookie.path, '/');
  assert.ok(cookie.expires > Date.now() / 1000);
  assert.equal(await visitor.page.evaluate(() => document.cookie), '');
  await visitor.close();
});

test('logging out ends the session for good, and logging in again brings the list back', async () => {
  const visitor = await site.visitor();
  const account = await visitor.signUp();
  await visitor.add('Still here tomorrow');
  const before = await visitor.context.cookies();
  await visitor.logOut();
  assert.equal(await visitor.token(), undefined);

  await visitor.page.goto('/');
  await visitor.page.waitForURL('/login');

  // Someone who kept the old cookie is no better off.
  await visitor.context.addCookies(before);
  await visitor.page.goto('/');
  await visitor.page.waitForURL('/login?ended');
  await visitor.page.getByText('Your session has ended').waitFor();
  assert.equal(await visitor.token(), undefined, 'the dead cookie is taken away');

  await visitor.logIn(account);
  await visitor.row('Still here tomorrow').waitFor();
  await visitor.close();
});

test('a wrong password is refused, without saying which half was wrong', async () => {
  const visitor = await site.visitor();
  const { name } = await visitor.signUp();
  await visitor.logOut();
  for (const [as, password] of [[name, 'not-the-password'], [newName('nobody'), PASSWORD]]) {
    await visitor.page.getByLabel('Name').fill(as);
    await visitor.page.getByLabel('Password').fill(password);
    const [response] = await Promise.all([
      visitor.page.waitForResponse((answer) => answer.request().method() === 'POST'),
      visitor.page.getByRole('button', { name: 'Log in' }).click(),
    ]);
    assert.equal(response.status(), 401);
    await visitor.page.getByRole('alert').getByText('Name and password do not match.').waitFor();
    assert.equal(await visitor.page.getByLabel('Name').inputValue(), as, 'the name need not be typed again');
    assert.equal(await visitor.page.getByLabel('Password').inputValue(), '');
  }
  assert.equal(await visitor.token(), undefined);
  await visitor.close();
});

test('a name that is taken, or input that is not valid, is explained beside the form', async () => {
  const visitor = await site.visitor();
  const { name } = await visitor.signUp();
  await visitor.logOut();
  const cases = [
    { name, password: PASSWORD, status: 409, text: 'Someone already has that name.' },
    { name: 'two words', password: PASSWORD, status: 400, text: 'Letters, digits and' },
    { name: newName(), password: 'short', status: 400, text: 'Use at least 8 characters.' },
    { name: ' ', password: PASSWORD, status: 400, text: 'Choose a name.' },
  ];
  for (const { name, password, status, text } of cases) {
    await visitor.page.goto('/signup');
    // The browser would stop some of these by itself; here the server has to.
    await visitor.page.locator('form[data-account]').evaluate((form) => form.setAttribute('novalidate', ''));
    await visitor.page.getByLabel('Name').fill(name);
    await visitor.page.getByLabel('Password').fill(password);
    const [response] = await Promise.all([
      visitor.page.waitForResponse((answer) => answer.request().method() === 'POST'),
      visitor.page.getByRole('button', { name: 'Sign up' }).click(),
    ]);
    assert.equal(response.status(), status, text);
    await visitor.page.getByText(text).waitFor();
  }
  await visitor.close();
});

test('who is logged in is sent away from the log-in page, and everyone else to it', async () => {
  const visitor = await site.visitor();
  await visitor.page.goto('/');
  await visitor.page.waitForURL('/login');
  await visitor.signUp();
  for (const page of ['/login', '/signup']) {
    await visitor.page.goto(page);
    await visitor.page.waitForURL('/');
  }
  await visitor.close();
});

test('a form sent from another site is refused', async () => {
  const visitor = await site.visitor();
  for (const page of ['/login', '/signup', '/logout', '/']) {
    const response = await visitor.context.request.post(page, {
      headers: { origin: 'https://elsewhere.example' },
      form: { username: newName(), password: PASSWORD },
    });
    assert.equal(response.status(), 403, page);
  }
  await visitor.close();
});
