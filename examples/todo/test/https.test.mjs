// Behind a proxy that ends TLS the session cookie is for https alone. Which name to trust is part of the build, so this
// makes a build of its own.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { findNode, run } from '../../../scripts/processes.mjs';
import { newName, PASSWORD, SITE, startTodoSite } from './harness.mjs';

// Inside node_modules, so that what the build imports is found from there.
const build = join(SITE, 'node_modules', '.cache', 'todo-https');
await run(await findNode(), [join(SITE, 'node_modules', 'astro', 'bin', 'astro.mjs'), 'build', '--outDir', build], {
  cwd: SITE,
  env: { ...process.env, SITE_URL: 'https://todo.example', ASTRO_TELEMETRY_DISABLED: '1' },
});
const site = await startTodoSite({ build });

const signUp = (headers) =>
  fetch(`${site.url}/signup`, {
    method: 'POST',
    headers,
    body: new URLSearchParams({ username: newName(), password: PASSWORD }),
    redirect: 'manual',
  });
const forwarded = (host) => ({ 'x-forwarded-host': host, 'x-forwarded-proto': 'https', origin: `https://${host}` });

test('through the proxy the cookie is secure, and forms are accepted', async () => {
  const response = await signUp(forwarded('todo.example'));
  assert.equal(response.status, 303);
  const [cookie] = response.headers.getSetCookie();
  for (const attribute of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Path=/']) assert.ok(cookie.includes(attribute), attribute);
});

test('a proxy under another name is not believed', async () => {
  assert.equal((await signUp(forwarded('elsewhere.example'))).status, 403);
});
