// What every test file needs: a running site with its backend behind it, a browser, and words for what a visitor does.
//   ASTROLABE_BIN          the astrolabe binary; it is started on a free port with an empty data folder
//   PARSE_REFERENCE_URL    or a Parse Server that runs already, for example http://127.0.0.1:1337/parse
//                          (PARSE_REFERENCE_APP_ID, PARSE_REFERENCE_REST_KEY: its keys)
//   TEST_LOG=1             shows what site and backend say
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { findNode, freePort, startBackend, startSite, stop } from '../../../scripts/processes.mjs';

export const SITE = fileURLToPath(new URL('..', import.meta.url));
const SCHEMA = join(SITE, 'schema');
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const SCREENSHOTS = join(ROOT, 'target', 'screenshots');
const PATIENCE_MS = 15_000;
const LOG = process.env.TEST_LOG ? 'inherit' : 'ignore';

/** Starts everything for one test file, and stops it when the file is done. `build` is another build than the usual one. */
export async function startTodoSite({ build = join(SITE, 'dist') } = {}) {
  const backend = process.env.PARSE_REFERENCE_URL ? reference() : await astrolabe();
  const link = await relay(backend.url);
  const port = await freePort();
  const site = await startSite({
    node: await findNode(),
    build,
    port,
    env: { ASTROLABE_URL: link.url, ASTROLABE_APP_ID: backend.appId, ASTROLABE_REST_KEY: backend.restKey },
    log: LOG,
  });
  const browser = await chromium.launch({
    executablePath: execFileSync(join(ROOT, 'scripts', 'chromium.sh'), { encoding: 'utf8' }).trim(),
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  const taps = [];
  after(async () => {
    await browser.close();
    for (const tapped of taps) await tapped.close();
    await stop(site.child);
    await link.close();
    await backend.stop();
  });
  return {
    url: site.url,
    restKey: backend.restKey,
    /** The line between the site and its backend. */
    link,
    /** A second address of the site, on which everything it sends is written down. */
    tap: async () => {
      const chunks = [];
      const tapped = await relay(site.url, (chunk) => chunks.push(chunk));
      taps.push(tapped);
      return { url: tapped.url, sent: () => Buffer.concat(chunks).toString('latin1') };
    },
    /** A browser of its own, with its own cookies. */
    visitor: (options) => openVisitor(browser, site.url, options),
  };
}

async function astrolabe() {
  const binary = process.env.ASTROLABE_BIN;
  if (!binary) throw new Error('Set ASTROLABE_BIN to the astrolabe binary, or PARSE_REFERENCE_URL to a running server.');
  const data = mkdtempSync(join(tmpdir(), 'astrolabe-todo-'));
  const secret = () => randomBytes(16).toString('hex');
  const keys = { appId: 'todo', restKey: secret(), javascriptKey: secret(), masterKey: secret() };
  const { child, url } = await startBackend({ binary, data, schema: SCHEMA, keys, log: LOG });
  return {
    url,
    appId: keys.appId,
    restKey: keys.restKey,
    stop: async () => {
      await stop(child);
      rmSync(data, { recursive: true, force: true });
    },
  };
}

function reference() {
  return {
    url: process.env.PARSE_REFERENCE_URL.replace(/\/parse\/?$/, ''),
    appId: process.env.PARSE_REFERENCE_APP_ID ?? 'todo-app',
    restKey: process.env.PARSE_REFERENCE_REST_KEY ?? 'todo-rest',
    stop: async () => {},
  };
}

/** Stands between two programs, so that a test can cut the line and mend it, or listen to what `target` sends. */
async function relay(target, listener) {
  const { hostname, port } = new URL(target);
  const sockets = new Set();
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    if (listener) far.on('data', listener);
    for (const [from, to] of [[near, far], [far, near]]) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  const listen = async (at) => {
    server.listen(at, '127.0.0.1');
    await once(server, 'listening');
    return server.address().port;
  };
  const at = await listen(0);
  const cut = async () => {
    if (!server.listening) return;
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, 'close');
  };
  return { url: `http://127.0.0.1:${at}`, cut, mend: () => listen(at), close: cut };
}

async function openVisitor(browser, siteUrl, { url = siteUrl, ...options } = {}) {
  const context = await browser.newContext({
    baseURL: url,
    reducedMotion: 'reduce',
    viewport: { width: 1100, height: 820 },
    ...options,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });

  const list = page.getByRole('list', { name: 'Todos' });
  const row = (title) => list.getByRole('listitem').filter({ has: page.getByText(title, { exact: true }) });

  return {
    context,
    page,
    list,
    row,
    check: (title) => row(title).getByRole('checkbox'),
    /** What the browser complained about. */
    errors,

    async signUp(name = newName(), password = PASSWORD) {
      await page.goto('/signup');
      await fillAccount(name, password);
      await page.getByRole('button', { name: 'Sign up' }).click();
      await page.waitForURL('/');
      return { name, password };
    },

    async logIn({ name, password }) {
      await page.goto('/login');
      await fillAccount(name, password);
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.waitForURL('/');
    },

    async logOut() {
      await page.getByRole('button', { name: 'Log out' }).click();
      await page.waitForURL('/login');
    },

    /** Writes a todo down, and waits until the server has it. */
    async add(title) {
      await page.getByRole('textbox', { name: 'New todo' }).fill(title);
      await page.keyboard.press('Enter');
      await row(title).waitFor();
      await settled(list);
    },

    /** Waits until no change is still on its way. */
    settled: () => settled(list),

    titles: async () => (await list.getByRole('listitem').locator('.todo-title').allTextContents()).map((text) => text.trim()),

    async token() {
      const cookies = await context.cookies();
      return cookies.find((cookie) => cookie.name === 'todo_session')?.value;
    },

    /** Calls the site's API as this visitor's page would; `headers` replaces what the page would send. */
    async api(method, query = '', { body, headers, type = 'application/json' } = {}) {
      const response = await context.request.fetch(`/api/todos${query}`, {
        method,
        headers: { origin: url, ...(body !== undefined && { 'content-type': type }), ...headers },
        ...(body !== undefined && { data: typeof body === 'string' ? body : JSON.stringify(body) }),
        maxRedirects: 0,
      });
      return { status: response.status(), headers: response.headers(), body: await response.json() };
    },

    async screenshot(name, options) {
      mkdirSync(SCREENSHOTS, { recursive: true });
      await page.screenshot({ path: join(SCREENSHOTS, `todo-${name}.png`), ...options });
    },

    close: () => context.close(),
  };

  async function fillAccount(name, password) {
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('Password').fill(password);
  }

  async function settled(rows) {
    await rows.and(page.locator(':not([aria-busy=true])')).waitFor({ state: 'attached' });
  }
}

export const PASSWORD = 'brass-and-starlight';

/** A name nobody has yet, also on a server that keeps its data between runs. */
export const newName = (start = 'ada') => `${start}-${randomBytes(5).toString('hex')}`;
