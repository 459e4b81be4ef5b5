// The parts of a page that depend on who looks at it, in Chromium: rendered for each request, prerendered, and in islands.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startSite } from '../../../scripts/processes.mjs';
import { openBrowser } from './browser.mjs';
import { FIXTURE, build, freePort, makeSite, startEmptyBackend, stop } from './harness.mjs';

const folder = makeSite({}, { from: FIXTURE });
const backend = await startEmptyBackend();
await build(folder);
const site = await startSite({ node: process.execPath, build: join(folder, 'dist'), port: await freePort(), env: backend.env, log: 'ignore' });
after(() => stop(site.child));
const visit = await openBrowser();

test('somebody signs up and every kind of page knows it, until they sign out', async () => {
  const visitor = await visit(site.url);
  const { page } = visitor;
  await page.goto('/static');
  await page.getByText('You are not signed in').waitFor();
  assert.equal(await page.locator('#in').isVisible(), false);
  await page.goto('/');
  await page.getByText('Island of nobody').waitFor();
  await page.goto('/members');
  await page.waitForURL('**/account?returnTo=%2Fmembers');
  await visitor.screenshot('sign-in');
  await visitor.signUp({ name: 'Ada', email: 'ada@example.com' });
  await page.waitForURL('**/members');
  assert.equal(await page.locator('#who').textContent(), 'Ada');

  await page.goto('/');
  await page.getByText('Hello, Ada').waitFor();
  await page.getByText('Island of Ada').waitFor();
  await page.goto('/static');
  await page.getByText('Hello, Ada').waitFor();
  assert.equal(await page.locator('#out').isVisible(), false);
  assert.equal(await page.evaluate(() => document.cookie), '', 'no script can read the cookie');

  await page.goto('/account');
  await page.getByRole('heading', { name: 'Hello, Ada' }).waitFor();
  await visitor.screenshot('account');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.goto('/static');
  await page.getByText('You are not signed in').waitFor();
  assert.deepEqual(visitor.errors, []);
});

test('the page for signing in works without scripts, says what was wrong, and is told apart in the dark', async () => {
  const visitor = await visit(site.url, { javaScriptEnabled: false, colorScheme: 'dark', viewport: { width: 360, height: 640 } });
  const { page } = visitor;
  await page.goto('/account');
  await page.getByLabel('E-mail').fill('nobody@example.com');
  await page.getByLabel('Password').fill('not-the-password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').waitFor();
  assert.equal(await page.getByLabel('E-mail').inputValue(), 'nobody@example.com');
  await visitor.screenshot('sign-in-refused');
  await visitor.signUp({ name: 'Grace', email: 'grace@example.com' });
  await page.getByRole('heading', { name: 'Hello, Grace' }).waitFor();
});
