// From tarballs, as they would be published: a new site in two commands, and `astro add` in a site that is there.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openBrowser } from './browser.mjs';
import { PACKAGES, ROOT, answers, environment, freePort, isAlive, run, running, until } from './harness.mjs';
import { startRegistry } from './registry.mjs';

/** A site whose packages are the same, so that nothing is installed twice. */
const INSTALLED = join(ROOT, 'examples', 'todo');
const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'astrolabe', 'npm');
const TWO_COMMANDS_MS_MAX = 240_000;

const registry = await startRegistry();
const visit = await openBrowser();

/** The environment of somebody who has just npm: no binary but the one that comes with the packages. */
function newcomer(more = {}) {
  const { ASTROLABE_BIN, ...env } = environment();
  return { ...env, npm_config_cache: CACHE, npm_config_prefer_offline: 'true', npm_config_audit: 'false', npm_config_fund: 'false', ...more };
}

function folderFor(name) {
  const folder = join(mkdtempSync(join(tmpdir(), 'astrolabe-fresh-')), name);
  after(() => rmSync(join(folder, '..'), { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

async function dev(folder, command, args, env) {
  const port = await freePort();
  // In a group of its own, as a terminal would have it: npm does not pass on what ends it.
  const child = spawn(command, [...args, '--port', String(port)], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(chunk));
  const end = (signal) => {
    try {
      process.kill(-child.pid, signal);
    } catch (problem) {
      if (problem.code !== 'ESRCH') throw problem;
    }
  };
  after(() => end('SIGKILL'));
  const url = `http://localhost:${port}`;
  await answers(`${url}/`, child, 120_000).catch((problem) => {
    throw new Error(`${problem.message}\n${Buffer.concat(said)}`);
  });
  return { end, url };
}

test('two commands lead from an empty folder to a page that greets who is signed in', async () => {
  const folder = folderFor('my-site');
  await run('mkdir', ['-p', folder]);
  // Until the packages are published, npm has to be told where they are.
  writeFileSync(join(folder, '.npmrc'), `@astrolabe:registry=${registry.url}\n`);
  const env = newcomer();
  const started = performance.now();
  await run('npm', ['exec', '--yes', '--package=@astrolabe/astro', '--', 'astrolabe-astro', 'init'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const installed = performance.now();
  const site = await dev(folder, 'npm', ['run', 'dev', '--'], env);
  const visitor = await visit(site.url);
  const { page } = visitor;
  await page.goto('/');
  await page.getByRole('link', { name: 'Sign in' }).click();
  await visitor.signUp({ name: 'Ada', email: 'ada@example.com' });
  await page.waitForURL(`${site.url}/`);
  await page.getByRole('heading', { name: 'Hello, Ada' }).waitFor();
  const took = performance.now() - started;
  console.log(`# two commands: ${((installed - started) / 1000).toFixed(1)} s to install, ${(took / 1000).toFixed(1)} s in all`);
  await visitor.screenshot('two-commands');
  assert.ok(took < TWO_COMMANDS_MS_MAX, `${took} ms`);

  const again = run('npm', ['exec', '--yes', '--package=@astrolabe/astro', '--', 'astrolabe-astro', 'init'], { cwd: folder, env, stdio: 'ignore' });
  await assert.rejects(again, 'a project that is there stays as it is');
  const { pid } = running(folder);
  site.end('SIGINT');
  await until('the backend has gone', () => !isAlive(pid));
});

test('`astro add` is all that a site needs; its types are checked', async () => {
  await run(join(ROOT, 'scripts', 'npm-ci.sh'), [INSTALLED]);
  const folder = folderFor('fresh');
  for (const part of ['package.json', 'package-lock.json', 'node_modules']) {
    cpSync(join(INSTALLED, part), join(folder, part), { recursive: true, verbatimSymlinks: true });
  }
  const write = (name, text) => writeFileSync(join(folder, name), text);
  await run('mkdir', ['-p', join(folder, 'src', 'pages'), join(folder, 'schema')]);
  write('astro.config.mjs', "import { defineConfig } from 'astro/config';\n\nexport default defineConfig({});\n");
  write('tsconfig.json', JSON.stringify({ extends: 'astro/tsconfigs/strictest', include: ['.astro/types.d.ts', '**/*'], exclude: ['dist', 'node_modules'] }));
  write('src/pages/index.astro', '<html lang="en"><head><title>Site</title></head><body><h1>A site</h1></body></html>\n');
  const env = newcomer({ npm_config_registry: registry.url, npm_config_ignore_scripts: 'true' });
  const astro = (...args) => run(process.execPath, [join(folder, 'node_modules', 'astro', 'bin', 'astro.mjs'), ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  await astro('add', '@astrolabe/astro', '--yes');
  const config = readFileSync(join(folder, 'astro.config.mjs'), 'utf8');
  // Astro takes its own name out of that of the import.
  const [, name] = /import (\w+) from ['"]@astrolabe\/astro['"]/.exec(config);
  assert.ok(config.includes(`integrations: [${name}()]`), config);

  const site = await dev(folder, process.execPath, [join(folder, 'node_modules', 'astro', 'bin', 'astro.mjs'), 'dev'], env);
  const visitor = await visit(site.url);
  await visitor.page.goto('/account');
  await visitor.signUp({ name: 'Grace', email: 'grace@example.com' });
  await visitor.page.getByRole('heading', { name: 'Hello, Grace' }).waitFor();
  assert.ok((await (await fetch(`${site.url}/`)).text()).includes('A site'));
  const { pid } = running(folder);
  site.end('SIGKILL');
  await until('the backend has gone', () => !isAlive(pid));

  write('schema/Post.jsonc', JSON.stringify({ className: 'Post', fields: { title: { type: 'String', required: true }, likes: { type: 'Number' } } }));
  write('src/live.config.ts', "import { liveObjects } from '@astrolabe/astro/loaders';\nimport { defineLiveCollection } from 'astro:content';\n\nexport const collections = { posts: defineLiveCollection({ loader: liveObjects('Post', { order: '-likes' }) }) };\n");
  const page = (use) => `---
import { SignedIn } from '@astrolabe/astro/components';
import { requireRole } from '@astrolabe/astro/server';
import { getLiveCollection } from 'astro:content';
import { ASTROLABE_URL } from 'astro:env/server';

export const prerender = false;

const user = await requireRole(Astro, 'Admins');
const posts = await Astro.locals.astrolabe.class('Post').find({ where: { likes: { $gt: 1 } } });
const { entries } = await getLiveCollection('posts');
const titles: string[] = [...posts.map((post) => post.title), ...(entries ?? []).map((entry) => entry.data.title)];
const name: string | undefined = Astro.locals.user?.name;
${use}
---

<SignedIn role="Admins">{user.name} {name} {titles} {ASTROLABE_URL}</SignedIn>
`;
  write('src/pages/typed.astro', page(''));
  const check = () => astro('check').then(() => '', (problem) => problem.message);
  assert.equal(await check(), '');
  write('src/pages/typed.astro', page('const wrong: number = posts[0]?.title;'));
  assert.match(await check(), /typed\.astro/, 'a field of another type is an error');
  assert.ok(existsSync(join(folder, '.astro', 'integrations')));
});

test('what is published is what it says to publint and attw', async () => {
  const bin = (name) => join(PACKAGES, 'node_modules', '.bin', name);
  const tarball = registry.tarballs.find((file) => /astrolabe-astro-\d/.test(file));
  await run(bin('publint'), ['run', tarball, '--strict'], { stdio: ['ignore', 'pipe', 'pipe'] });
  await run(bin('attw'), [tarball, '--profile', 'esm-only'], { stdio: ['ignore', 'pipe', 'pipe'] });
});
