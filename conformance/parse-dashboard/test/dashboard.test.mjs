// What somebody does with the dashboard in an afternoon, in order. What happened is asked of the server, past the
// dashboard; every call of the page has to succeed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openDashboard } from '../harness.mjs';

const STAR = {
  name: 'String',
  magnitude: 'Number',
  bright: 'Boolean',
  seen: 'Date',
  facts: 'Object',
  tags: 'Array',
  place: 'GeoPoint',
};
const VEGA = {
  name: 'Vega',
  magnitude: 0.03,
  bright: true,
  seen: { __type: 'Date', iso: '2026-01-01T00:00:00.000Z' },
  facts: { colour: 'blue' },
  tags: ['summer'],
  place: { __type: 'GeoPoint', latitude: 38.78, longitude: -80.77 },
};

let dashboard, page, rest, vega;
before(async () => {
  dashboard = await openDashboard();
  ({ page, rest } = dashboard);
  const fields = Object.fromEntries(Object.entries(STAR).map(([name, type]) => [name, { type }]));
  await rest('POST', '/schemas/Star', { className: 'Star', fields });
  vega = (await rest('POST', '/classes/Star', VEGA)).objectId;
});
after(() => dashboard?.close());

const PATIENCE_MS = 10_000;

/** Asks the server until it agrees: the page has sent its change, but perhaps not yet. */
async function eventually(check) {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }
}

const open = path => page.goto(`/apps/Observatory/${path}`);
const fieldsOf = async name => (await rest('GET', `/schemas/${name}`)).fields;
const stars = async () => (await rest('GET', '/classes/Star?order=createdAt')).results;
const button = name => page.getByRole('button', { name, exact: true });

async function chooseFrom(menu, entry) {
  await page.getByText(menu, { exact: true }).first().click();
  await page.getByText(entry, { exact: true }).first().click();
}

async function editCell(shown, typed) {
  await page.getByText(shown, { exact: true }).first().dblclick();
  const editor = page.locator('input:focus, textarea:focus');
  await editor.fill(typed);
  await editor.press('Enter');
}

/** A call that is still on its way counts for the next test. */
async function everyCallSucceeded() {
  await eventually(() => assert.ok(dashboard.calls.length > 0, 'the page asked the server'));
  const calls = dashboard.calls.splice(0);
  assert.deepEqual(calls.filter(call => call.status >= 400).map(({ method, path, refused }) => `${method} ${path}: ${refused}`), []);
  assert.deepEqual(dashboard.complaints.splice(0), []);
}

test('logs in and lists the app', async () => {
  await dashboard.logIn();
  await page.getByText('Observatory').first().waitFor();
});

test('shows objects of every type', async () => {
  await open('browser/Star');
  for (const text of ['Vega', '0.03', '{"colour":"blue"}', '(38.78, -80.77)']) {
    await page.getByText(text, { exact: true }).first().waitFor();
  }
  await page.getByText('1 object', { exact: false }).first().waitFor();
  await dashboard.screenshot('browse');
  await everyCallSucceeded();
});

test('edits cells', async () => {
  await editCell('Vega', 'Alpha Lyrae');
  await editCell('0.03', '0.5');
  await eventually(async () => {
    const star = await rest('GET', `/classes/Star/${vega}`);
    assert.deepEqual([star.name, star.magnitude], ['Alpha Lyrae', 0.5]);
  });
  await dashboard.screenshot('edit');
  await everyCallSucceeded();
});

test('adds a row', async () => {
  await page.getByText('Add Row', { exact: true }).first().click();
  await page.getByText('Add', { exact: true }).first().waitFor();
  await button('Add').first().click();
  await eventually(async () => assert.equal((await stars()).length, 2));
  await everyCallSucceeded();
});

test('adds a column', async () => {
  await chooseFrom('Edit', 'Add a column');
  await page.getByPlaceholder('Give it a good name...').fill('motto');
  await dashboard.screenshot('column');
  await button('Add').click();
  await eventually(async () => assert.equal((await fieldsOf('Star')).motto?.type, 'String'));
  await everyCallSucceeded();
});

test('makes a class', async () => {
  await open('browser/Star');
  await page.getByText('Create a class', { exact: true }).click();
  await page.getByPlaceholder('Give it a good name...').fill('Comet');
  await dashboard.screenshot('class');
  await button('Create').click();
  await eventually(async () => assert.ok(await fieldsOf('Comet')));
  await page.waitForURL(/Comet/);
  await everyCallSucceeded();
});

test('deletes a class', async () => {
  await open('browser/Comet');
  await page.getByText('0 objects', { exact: false }).first().waitFor();
  await chooseFrom('Edit', 'Delete this class');
  await page.getByPlaceholder('Current class name').fill('Comet');
  await button('Delete').click();
  await eventually(async () => {
    const { results } = await rest('GET', '/schemas');
    assert.ok(results.every(({ className }) => className !== 'Comet'));
  });
  await everyCallSucceeded();
});

test('saves an access list and permissions of a class', async () => {
  await open('browser/Star');
  await page.getByText('Public Read + Write', { exact: true }).last().dblclick();
  await button('Save ACL').click();
  await eventually(() => assert.ok(dashboard.calls.some(call => call.method === 'PUT' && call.path.startsWith('/classes/Star/'))));
  await open('browser/Star');
  await chooseFrom('Security', 'Class Level Permissions');
  await dashboard.screenshot('permissions');
  await button('Save CLP').click();
  await eventually(() => assert.ok(dashboard.calls.some(call => call.method === 'PUT' && call.path === '/schemas/Star')));
  const { classLevelPermissions } = await rest('GET', '/schemas/Star');
  assert.deepEqual([classLevelPermissions.find, classLevelPermissions.delete], [{ '*': true }, { '*': true }]);
  await everyCallSucceeded();
});

test('deletes a row', async () => {
  await open('browser/Star');
  await page.getByText('Alpha Lyrae', { exact: true }).first().waitFor();
  await page.locator('input[type=checkbox]').last().check();
  await chooseFrom('Edit', 'Delete this row');
  await button('Delete').waitFor();
  await dashboard.screenshot('delete');
  await button('Delete').click();
  await eventually(async () => assert.equal((await stars()).length, 1));
  await everyCallSucceeded();
});

test('sets a parameter for clients', async () => {
  await open('config');
  await button('Create a parameter').click();
  await page.getByPlaceholder('New parameter').fill('welcome');
  await page.locator('textarea').first().fill('Hello');
  await dashboard.screenshot('config');
  await button('Create').click();
  await eventually(async () => assert.equal((await rest('GET', '/config')).params.welcome, 'Hello'));
  await everyCallSucceeded();
});

for (const name of ['_User', '_Role', '_Session', '_Installation']) {
  test(`browses ${name}`, async () => {
    await open(`browser/${name}`);
    await page.getByText('0 objects', { exact: false }).first().waitFor();
    await eventually(() => assert.ok(dashboard.calls.some(call => call.path === `/classes/${name}`)));
    await everyCallSucceeded();
  });
}

test('empty pages of what is not there yet', async () => {
  for (const [path, asked] of [['jobs/all', '/cloud_code/jobs'], ['webhooks', '/hooks/functions'], ['push/audiences', '/push_audiences']]) {
    await open(path);
    await eventually(() => assert.ok(dashboard.calls.some(call => call.path === asked), asked));
    await everyCallSucceeded();
  }
});
