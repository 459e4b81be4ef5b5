// A browser for the tests.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import { chromium } from 'playwright-core';
import { ROOT } from './harness.mjs';

const SCREENSHOTS = join(ROOT, 'target', 'screenshots');
const PATIENCE_MS = 30_000;

/** Opens a browser; each `visitor()` has cookies of its own. */
export async function openBrowser() {
  const browser = await chromium.launch({
    executablePath: execFileSync(join(ROOT, 'scripts', 'chromium.sh'), { encoding: 'utf8' }).trim(),
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  after(() => browser.close());
  return async (baseURL, options = {}) => {
    const context = await browser.newContext({ baseURL, viewport: { width: 900, height: 640 }, ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    const errors = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !/favicon/.test(message.location().url)) errors.push(message.text());
    });
    return {
      page,
      context,
      errors,
      async signUp({ name, email, password = 'brass-and-starlight' }) {
        await page.getByRole('link', { name: 'Make an account' }).click();
        await page.getByLabel('Name').fill(name);
        await page.getByLabel('E-mail').fill(email);
        await page.getByLabel('Password').fill(password);
        await page.getByRole('button', { name: 'Make an account' }).click();
      },
      async screenshot(name) {
        mkdirSync(SCREENSHOTS, { recursive: true });
        await page.screenshot({ path: join(SCREENSHOTS, `astro-${name}.png`) });
      },
    };
  };
}
