// The same site in a browser that runs no JavaScript.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTodoSite } from './harness.mjs';

const site = await startTodoSite();

test('sign up, create, complete, edit, filter, clear, delete and log out', async () => {
  const visitor = await site.visitor({ javaScriptEnabled: false });
  const { page } = visitor;
  const show = (name) => page.getByRole('navigation', { name: 'Show' }).getByRole('link', { name });
  const account = await visitor.signUp();
  await page.getByRole('heading', { name: 'Nothing on your list' }).waitFor();

  for (const title of ['First', 'Second', 'Third']) {
    await page.getByRole('textbox', { name: 'New todo' }).fill(title);
    await page.getByRole('button', { name: 'Add' }).click();
    await visitor.row(title).waitFor();
  }
  assert.deepEqual(await visitor.titles(), ['Third', 'Second', 'First']);

  await visitor.check('Second').click();
  await page.locator('[aria-checked=true]').waitFor();
  assert.equal(await visitor.check('Second').getAttribute('aria-checked'), 'true');
  await page.getByRole('heading', { name: 'Two things to do' }).waitFor();

  await visitor.row('First').getByRole('link', { name: 'Edit' }).click();
  await page.getByRole('textbox', { name: 'Title' }).fill('First of all');
  await page.keyboard.press('Enter');
  await visitor.row('First of all').waitFor();
  assert.equal(await visitor.check('First of all').getAttribute('aria-checked'), 'false');

  await show('Active').click();
  await page.waitForURL('/?show=active');
  assert.equal(await visitor.list.getByRole('listitem').count(), 2);
  await visitor.check('Third').click();
  await visitor.row('Third').waitFor({ state: 'hidden' });
  assert.equal(new URL(page.url()).search, '?show=active', 'the part that was looked at stays');

  await page.getByRole('button', { name: 'Clear done' }).click();
  await show('All').click();
  assert.deepEqual(await visitor.titles(), ['First of all']);
  await visitor.row('First of all').getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('heading', { name: 'Nothing on your list' }).waitFor();

  await visitor.logOut();
  await visitor.logIn(account);
  await visitor.close();
});

test('a change that cannot be made is explained in the page', async () => {
  const visitor = await site.visitor({ javaScriptEnabled: false });
  const { page } = visitor;
  await visitor.signUp();
  await page.getByRole('textbox', { name: 'New todo' }).fill('   ');
  await page.getByRole('button', { name: 'Add' }).click();
  await page.getByRole('alert').getByText('Write down what there is to do.').waitFor();

  await page.getByRole('textbox', { name: 'New todo' }).fill('Here and gone');
  await page.getByRole('button', { name: 'Add' }).click();
  await visitor.row('Here and gone').waitFor();
  const [{ id }] = (await visitor.api('GET')).body.data;
  await visitor.api('DELETE', `?id=${id}`);
  await visitor.check('Here and gone').click();
  await page.getByRole('alert').getByText('That is not here any more.').waitFor();
  await visitor.close();
});
