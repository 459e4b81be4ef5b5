// What the pages look like: waiting, broken, by day and by night, on a small screen.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTodoSite } from './harness.mjs';

const site = await startTodoSite();

test('while a change is on its way the row shows it, and pressing Enter twice sends it once', async () => {
  const visitor = await site.visitor();
  const { page } = visitor;
  await visitor.signUp();
  const held = await holdRequests(page);
  await page.getByRole('textbox', { name: 'New todo' }).fill('On its way');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await visitor.list.locator('[data-busy]').getByText('On its way').waitFor();
  assert.equal(await page.getByRole('textbox', { name: 'New todo' }).inputValue(), '', 'the next one can be typed already');
  held.release();
  await visitor.settled();
  assert.deepEqual((await visitor.api('GET')).body.data.map(({ title }) => title), ['On its way']);
  await visitor.close();
});

test('when the backend is gone, changes are taken back with a message, and nothing is lost', async () => {
  const visitor = await site.visitor();
  const { page } = visitor;
  await visitor.signUp();
  await visitor.add('Keep me');
  await site.link.cut();

  await visitor.check('Keep me').click();
  await page.getByText('is not answering').waitFor();
  await visitor.settled();
  assert.equal(await visitor.check('Keep me').getAttribute('aria-checked'), 'false');

  await visitor.row('Keep me').getByRole('button', { name: 'Delete' }).click();
  await visitor.row('Keep me').waitFor();
  await visitor.settled();

  await page.getByRole('textbox', { name: 'New todo' }).fill('Not yet');
  await page.keyboard.press('Enter');
  await visitor.row('Not yet').waitFor({ state: 'detached' });
  assert.equal(await page.getByRole('textbox', { name: 'New todo' }).inputValue(), 'Not yet', 'what was typed comes back');
  await visitor.screenshot('change-refused');

  const answer = await visitor.api('GET');
  assert.deepEqual([answer.status, answer.body.code], [503, 'backend_unavailable']);

  const response = await page.goto('/');
  assert.equal(response.status(), 503);
  await page.getByRole('heading', { name: 'We lost the signal' }).waitFor();
  assert.ok(await visitor.token(), 'nobody is logged out by it');
  await visitor.screenshot('backend-gone');

  const stranger = await site.visitor();
  await stranger.page.goto('/login');
  await stranger.page.getByLabel('Name').fill('ada');
  await stranger.page.getByLabel('Password').fill('brass-and-starlight');
  await stranger.page.getByRole('button', { name: 'Log in' }).click();
  await stranger.page.getByRole('alert').getByText('is not answering').waitFor();
  await stranger.close();

  await site.link.mend();
  await page.getByRole('link', { name: 'Try again' }).click();
  await visitor.row('Keep me').waitFor();
  await visitor.close();
});

test('an address that does not exist has a page of its own', async () => {
  const visitor = await site.visitor();
  const response = await visitor.page.goto('/nowhere');
  assert.equal(response.status(), 404);
  await visitor.page.getByRole('heading', { name: 'Off the chart' }).waitFor();
  await visitor.close();
});

for (const colorScheme of ['light', 'dark']) {
  test(`the system's ${colorScheme} theme is followed; the switch overrules it and is remembered`, async () => {
    const visitor = await site.visitor({ colorScheme });
    const { page } = visitor;
    await visitor.signUp();
    await visitor.add('Look at me');
    const other = colorScheme === 'light' ? 'dark' : 'light';
    assert.equal(await brightness(page), colorScheme);
    await visitor.screenshot(colorScheme);
    await page.getByRole('button', { name: 'Switch between light and dark' }).click();
    assert.equal(await brightness(page), other);
    await page.reload({ waitUntil: 'commit' });
    await page.waitForFunction(() => document.documentElement.dataset.theme);
    assert.equal(await brightness(page), other);
    await page.getByRole('button', { name: 'Switch between light and dark' }).click();
    assert.equal(await brightness(page), colorScheme);
    await visitor.close();
  });
}

test('nothing sticks out of a screen 360 pixels wide', async () => {
  const visitor = await site.visitor({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
  const { page } = visitor;
  for (const address of ['/login', '/signup', '/nowhere']) {
    await page.goto(address);
    assert.equal(await overflow(page), 0, address);
  }
  await visitor.signUp();
  await visitor.add('A rather long thing to do that has to be broken into several lines on a telephone');
  await visitor.add('Averyveryverylongwordwithoutanyplacetobreakitfromthebeginningtotheveryend');
  assert.equal(await overflow(page), 0);
  await visitor.screenshot('mobile');
  await visitor.list.getByRole('link', { name: 'Edit “A rather' }).tap();
  assert.equal(await overflow(page), 0);
  await page.getByRole('button', { name: 'Save' }).waitFor();
  await visitor.close();
});

const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

const brightness = (page) =>
  page.evaluate(() => {
    const [red, green, blue] = getComputedStyle(document.documentElement).backgroundColor.match(/[\d.]+/g).map(Number);
    return red + green + blue > 3 * 128 ? 'light' : 'dark';
  });

/** Keeps the page's calls to the API waiting until they are released. */
async function holdRequests(page) {
  let release;
  const gate = new Promise((resolve) => (release = resolve));
  await page.route('**/api/todos*', async (route) => {
    await gate;
    await route.continue();
  });
  return { release };
}
