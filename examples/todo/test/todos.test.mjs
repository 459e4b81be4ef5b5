// What one person does with a list, with everything the page's script adds.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTodoSite } from './harness.mjs';

const site = await startTodoSite();

test('create, complete, edit and delete, and all of it is there after a reload', async () => {
  const visitor = await site.visitor();
  const { page } = visitor;
  await visitor.signUp();
  await page.getByRole('heading', { name: 'A clear sky' }).waitFor();

  await visitor.add('Return the library books');
  await visitor.add('Water the ferns');
  await visitor.add('Book the dentist');
  assert.deepEqual(await visitor.titles(), ['Book the dentist', 'Water the ferns', 'Return the library books']);
  await page.getByRole('heading', { name: 'Three things to do' }).waitFor();

  await visitor.check('Water the ferns').click();
  await visitor.settled();
  assert.equal(await visitor.check('Water the ferns').getAttribute('aria-checked'), 'true');
  await page.getByRole('heading', { name: 'Two things to do' }).waitFor();

  await visitor.row('Book the dentist').getByRole('link', { name: 'Edit “Book the dentist”' }).click();
  await page.getByRole('textbox', { name: 'Title' }).fill('Call the dentist');
  await page.getByRole('button', { name: 'Save' }).click();
  await visitor.row('Call the dentist').waitFor();
  await visitor.settled();

  await visitor.row('Return the library books').getByRole('button', { name: 'Delete “Return the library books”' }).click();
  await visitor.row('Return the library books').waitFor({ state: 'detached' });
  await visitor.settled();
  await page.getByRole('heading', { name: 'One thing to do' }).waitFor();

  await page.reload();
  assert.deepEqual(await visitor.titles(), ['Call the dentist', 'Water the ferns']);
  assert.equal(await visitor.check('Water the ferns').getAttribute('aria-checked'), 'true');
  assert.equal(await visitor.check('Call the dentist').getAttribute('aria-checked'), 'false');

  await visitor.check('Water the ferns').click();
  await visitor.settled();
  await page.reload();
  assert.equal(await visitor.check('Water the ferns').getAttribute('aria-checked'), 'false');
  assert.deepEqual(visitor.errors, []);
  await visitor.close();
});

test('filters show a part, count all, have an address, and empty parts say so', async () => {
  const visitor = await site.visitor();
  const { page } = visitor;
  await visitor.signUp();
  for (const title of ['One', 'Two', 'Three']) await visitor.add(title);
  const link = (name) => page.getByRole('navigation', { name: 'Show' }).getByRole('link', { name });

  await link('Done').click();
  await page.waitForURL('/?show=done');
  await page.getByRole('heading', { name: 'Nothing done yet' }).waitFor();

  await link('All').click();
  await visitor.check('Two').click();
  await visitor.settled();
  await link('Done').click();
  await visitor.row('Two').waitFor();
  assert.equal(await visitor.list.getByRole('listitem').count(), 1);
  assert.equal((await link('All').textContent()).replace(/\s+/g, ' ').trim(), 'All 3');
  assert.equal((await link('Active').textContent()).replace(/\s+/g, ' ').trim(), 'Active 2');
  assert.equal((await link('Done').textContent()).replace(/\s+/g, ' ').trim(), 'Done 1');

  await page.goBack();
  await visitor.row('One').waitFor();
  await page.goto('/?show=active');
  assert.equal(await visitor.list.getByRole('listitem').count(), 2);
  await visitor.check('One').click();
  await visitor.row('One').waitFor({ state: 'hidden' });
  await visitor.check('Three').click();
  await page.getByRole('heading', { name: 'Nothing left to do' }).waitFor();
  await page.getByRole('heading', { name: 'All done' }).waitFor();
  await visitor.settled();

  await page.getByRole('button', { name: 'Clear done' }).click();
  await page.getByRole('heading', { name: 'A clear sky' }).waitFor();
  await visitor.settled();
  await page.reload();
  await link('All').click();
  await page.getByRole('heading', { name: 'Nothing on your list' }).waitFor();
  await visitor.close();
});

test('everything can be done from the keyboard', async () => {
  const visitor = await site.visitor();
  const { page } = visitor;
  await visitor.signUp();
  const composer = page.getByRole('textbox', { name: 'New todo' });
  await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'title');
  await visitor.add('Lower');
  await visitor.add('Upper');

  await page.keyboard.press('ArrowDown');
  assert.equal(await focusedLabel(page), 'Upper');
  await page.keyboard.press('ArrowDown');
  assert.equal(await focusedLabel(page), 'Lower');
  await page.keyboard.press('Space');
  await visitor.settled();
  assert.equal(await visitor.check('Lower').getAttribute('aria-checked'), 'true');

  await page.keyboard.press('e');
  await page.keyboard.type('Lowest');
  await page.keyboard.press('Enter');
  await visitor.row('Lowest').waitFor();
  await visitor.settled();
  assert.equal(await visitor.check('Lowest').getAttribute('aria-checked'), 'true', 'Enter saved, and did not tick it off');

  await page.keyboard.press('e');
  await page.keyboard.type('Never mind');
  await page.keyboard.press('Escape');
  assert.deepEqual(await visitor.titles(), ['Upper', 'Lowest']);

  await page.keyboard.press('Delete');
  await visitor.row('Lowest').waitFor({ state: 'detached' });
  assert.equal(await focusedLabel(page), 'Upper', 'the focus moves on to what is left');
  await page.keyboard.press('/');
  assert.equal(await composer.evaluate((field) => field === document.activeElement), true);
  await visitor.close();
});

test('titles are text, whatever is in them', async () => {
  const visitor = await site.visitor();
  await visitor.signUp();
  const title = `<img src=x onerror="document.title='owned'"> & "quotes" – 你好 🌒 ${'long '.repeat(20).trim()}`;
  await visitor.add(title);
  await visitor.page.reload();
  assert.deepEqual(await visitor.titles(), [title]);
  assert.equal(await visitor.page.title(), 'Todo · Astrolabe');
  await visitor.close();
});

test('a second window of the same person is brought up to date when it is looked at again', async () => {
  const visitor = await site.visitor();
  await visitor.signUp();
  await visitor.add('Written here');
  const made = await visitor.api('POST', '', { body: { title: 'Written elsewhere' } });
  assert.equal(made.status, 201);
  await visitor.page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
  await visitor.row('Written elsewhere').waitFor();
  assert.deepEqual(await visitor.titles(), ['Written elsewhere', 'Written here']);
  await visitor.close();
});

const focusedLabel = (page) => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
