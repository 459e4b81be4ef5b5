// A browser before the real Parse Dashboard, which is before the server under test. Everything is on loopback.
//   ASTROLABE_BIN, PARSE_REFERENCE_URL   as in ../server.mjs
//   CHROMIUM_PATH                        the browser; else scripts/chromium.sh finds one
//   TEST_LOG=1                           shows what the dashboard says
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { answers, freePort, stop } from '../../scripts/processes.mjs';
import { keys, startServer } from '../server.mjs';

const here = path => fileURLToPath(new URL(path, import.meta.url));
const ROOT = here('../..');
const SCREENSHOTS = join(ROOT, 'target', 'screenshots');
const EXIT_WITH_PARENT = new URL('../../scripts/exit-with-parent.mjs', import.meta.url).href;
const PROGRAM = here('node_modules/parse-dashboard/bin/parse-dashboard');
const PATIENCE_MS = 20_000;
const ACCOUNT = { user: 'keeper', pass: randomBytes(12).toString('hex') };

/** Starts server, dashboard and browser. `close` stops all of them. */
export async function openDashboard() {
  const stops = [];
  const close = async () => {
    while (stops.length > 0) await stops.pop()();
  };
  try {
    const server = await startServer();
    stops.push(server.stop);
    const dashboard = await startDashboard(server.url);
    stops.push(dashboard.stop);
    const browser = await openBrowser();
    stops.push(() => browser.close());
    return { ...(await openPage(browser, dashboard.url, server.url)), rest: restOf(server.url), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startDashboard(serverURL) {
  const folder = mkdtempSync(join(tmpdir(), 'astrolabe-dashboard-'));
  const config = join(folder, 'config.json');
  const app = { appName: 'Observatory', appId: keys.appId, masterKey: keys.masterKey, serverURL, production: false };
  writeFileSync(config, JSON.stringify({ apps: [app], users: [ACCOUNT] }), { mode: 0o600 });
  const port = await freePort();
  const child = spawn(
    process.execPath,
    ['--import', EXIT_WITH_PARENT, PROGRAM, '--config', config, '--host', '127.0.0.1', '--port', String(port)],
    {
      // It asks the registry for a newer version of itself; tests ask nobody.
      env: { ...process.env, npm_config_registry: 'http://127.0.0.1:9/', NODE_ENV: 'production' },
      stdio: ['pipe', process.env.TEST_LOG ? 'inherit' : 'ignore', process.env.TEST_LOG ? 'inherit' : 'ignore'],
    },
  );
  const end = async () => {
    await stop(child);
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await answers(`${url}/login`, child);
  } catch (error) {
    await end();
    throw error;
  }
  return { url, stop: end };
}

function openBrowser() {
  const find = () => execFileSync(join(ROOT, 'scripts', 'chromium.sh'), { encoding: 'utf8' }).trim();
  const executablePath = process.env.CHROMIUM_PATH ?? find();
  const quiet = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
  return chromium.launch({ executablePath, headless: true, args: ['--no-sandbox', '--disable-sync', ...quiet] });
}

async function openPage(browser, url, serverURL) {
  const viewport = { width: 1400, height: 860 };
  const context = await browser.newContext({ baseURL: url, viewport, reducedMotion: 'reduce' });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const calls = [];
  const complaints = [];
  page.on('pageerror', error => complaints.push(error.message));
  page.on('response', async response => {
    const request = response.request();
    if (!response.url().startsWith(serverURL) || request.method() === 'OPTIONS') return;
    const path = response.url().slice(serverURL.length).split('?')[0];
    const method = methodOf(request.postData()) ?? request.method();
    const refused = response.status() >= 400 ? await response.text().catch(() => '') : '';
    calls.push({ method, path, status: response.status(), sent: request.postData(), refused });
  });
  return {
    page,
    /** What the page asked the server, and what it was answered. */
    calls,
    /** Errors of scripts of the page. */
    complaints,

    async logIn() {
      await page.goto('/login');
      await page.locator('input[name=username]').fill(ACCOUNT.user);
      await page.locator('input[name=password]').fill(ACCOUNT.pass);
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/apps/);
    },

    async screenshot(name) {
      mkdirSync(SCREENSHOTS, { recursive: true });
      await page.screenshot({ path: join(SCREENSHOTS, `dashboard-${name}.png`) });
    },
  };
}

/** SDKs send everything as POST and say in the body what they mean. */
function methodOf(body) {
  try {
    return JSON.parse(body)._method;
  } catch {
    return undefined;
  }
}

/** Asks the server past the dashboard. */
function restOf(url) {
  return async (method, path, body) => {
    const response = await fetch(url + path, {
      method,
      headers: {
        'Content-Type': 'application/json',
        'X-Parse-Application-Id': keys.appId,
        'X-Parse-Master-Key': keys.masterKey,
      },
      body: body && JSON.stringify(body),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  };
}
