// The client in a real browser, from a page of another origin than the server's.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import { HERE, keys, startWithClasses } from './harness.mjs';
import { expected } from './scenario.mjs';

const WITHIN_MS = 60_000;

test('in a browser: requests across origins, a session in localStorage, a component', async (t) => {
  const server = await startWithClasses();
  t.after(() => server.stop());
  const result = await visit(t, { url: server.url, appId: keys.appId, restKey: keys.restKey });
  assert.equal(result.error, undefined);
  assert.deepEqual(result.seen, expected('browser'));
  assert.deepEqual([result.drawn, result.isError, result.stored], ['stored: drawn', true, ['astrolabe.session']]);
});

/** Serves `page.mjs` and opens it; what it reports. */
async function visit(t, input) {
  const { outputFiles } = await build({
    entryPoints: [join(HERE, 'page.mjs')],
    bundle: true,
    write: false,
    format: 'esm',
    define: { 'process.env.NODE_ENV': '"production"', __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false' },
  });
  const files = {
    '/': ['text/html', '<!doctype html><div id="app"></div><script type="module" src="/page.js"></script>'],
    '/page.js': ['text/javascript', outputFiles[0].text],
    '/input': ['application/json', JSON.stringify(input)],
  };
  let report;
  const reported = new Promise((resolve) => {
    report = resolve;
  });
  const site = createServer(async (request, response) => {
    if (request.url === '/result') report(JSON.parse(Buffer.concat(await request.toArray()).toString()));
    const [type, text] = files[request.url] ?? ['text/plain', ''];
    response.writeHead(200, { 'Content-Type': type }).end(text);
  });
  site.listen(0, '127.0.0.1');
  await once(site, 'listening');
  t.after(() => {
    site.close();
    site.closeAllConnections();
  });
  await openBrowser(t, `http://127.0.0.1:${site.address().port}/`);
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('The page did not report in time.')), WITHIN_MS);
  });
  return Promise.race([reported, late]).finally(() => clearTimeout(timer));
}

/** Opens an address in Chromium, which ends with the test. */
async function openBrowser(t, address) {
  const chromium = execFileSync(join(HERE, '../../../scripts/chromium.sh'), { encoding: 'utf8' }).trim();
  const profile = await mkdtemp(join(tmpdir(), 'astrolabe-browser-'));
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', `--user-data-dir=${profile}`];
  const browser = spawn(chromium, [...flags, address], { stdio: 'ignore' });
  const ended = once(browser, 'exit');
  t.after(async () => {
    browser.kill('SIGKILL');
    await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  });
}
