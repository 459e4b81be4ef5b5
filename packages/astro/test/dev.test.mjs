// `astro dev` and its backend: started, shared, kept over restarts, replaced when it goes away, and never left behind.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { proxyOf } from '../dist/dev/proxy.js';
import { createServer } from 'vite';
import { ASTRO, LEAST, environment, freePort, isAlive, kill, makeSite, run, running, startDev, stop, until } from './harness.mjs';

test('with no arguments the backend is there, behind the site, and its keys are printed but for the master key', async () => {
  const folder = makeSite(LEAST);
  const site = await startDev(folder);
  const backend = running(folder);
  const keys = JSON.parse(readFileSync(join(folder, '.astrolabe', 'keys.json'), 'utf8'));

  const health = await fetch(`${site.url}/parse/health`);
  assert.deepEqual(await health.json(), { status: 'ok' });
  const made = await fetch(`${site.url}/parse/classes/Thing`, {
    method: 'POST',
    headers: { 'X-Parse-Application-Id': backend.appId, 'X-Parse-REST-API-Key': backend.restKey, 'Content-Type': 'application/json' },
    body: '{"name":"first"}',
  });
  assert.equal(made.status, 201);
  assert.equal((await fetch(`${site.url}/parser`)).status, 404, 'only whole names are the backend’s');

  await until('the keys are printed', () => site.log().includes(backend.javascriptKey));
  for (const shown of [backend.url, backend.appId, backend.restKey, `${site.url}/parse`, `${site.url}/api/auth`]) {
    assert.ok(site.log().includes(shown), shown);
  }
  assert.ok(!site.log().includes(keys.masterKey));
  assert.ok(!readFileSync(join(folder, '.astrolabe', 'dev.log'), 'utf8').includes(keys.masterKey));

  // The proxy says that it is one, so nobody gets the rights that the master key has on this machine only.
  const master = await fetch(`${site.url}/parse/schemas`, {
    headers: { 'X-Parse-Application-Id': backend.appId, 'X-Parse-Master-Key': keys.masterKey },
  });
  assert.equal(master.status, 403);

  // A restart of the development server keeps the backend.
  const config = join(folder, 'astro.config.mjs');
  const before = (site.log().match(/watching for file changes|Configuration|restart/gi) ?? []).length;
  writeFileSync(config, `${readFileSync(config, 'utf8')}// changed\n`);
  await until('it restarts', () => (site.log().match(/watching for file changes|Configuration|restart/gi) ?? []).length > before);
  await until('it answers again', async () => (await fetch(`${site.url}/parse/health`).catch(() => ({ ok: false }))).ok);
  assert.equal(running(folder).pid, backend.pid);

  // A backend that goes away comes back at the same address.
  process.kill(backend.pid, 'SIGKILL');
  const next = await until('there is another one', () => {
    const found = running(folder);
    return found && found.pid !== backend.pid && found;
  });
  assert.equal(next.url, backend.url);
  await until('it answers again', async () => (await fetch(`${site.url}/parse/health`).catch(() => ({ ok: false }))).ok);

  // However the site ends, the backend does not outlive it.
  await kill(site.child);
  await until('the backend has gone', () => !isAlive(next.pid));
});

test('a backend that runs already is used, and replaced when it stops', async () => {
  const folder = makeSite(LEAST);
  const own = spawn(process.env.ASTROLABE_BIN, ['dev', '--listen', `127.0.0.1:${await freePort()}`, '--exit-on-stdin-eof'], {
    cwd: folder,
    env: environment(),
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  after(() => stop(own));
  const first = await until('it runs', () => running(folder));
  const site = await startDev(folder);
  assert.equal(running(folder).pid, own.pid);
  await until('it is said', () => site.log().includes('already running'));

  await stop(own);
  const next = await until('there is another one', () => running(folder));
  assert.notEqual(next.pid, own.pid);
  assert.equal(next.url, first.url);
  await until('it answers', async () => (await fetch(`${site.url}/parse/health`).catch(() => ({ ok: false }))).ok);
  await stop(site.child);
  await until('the backend has gone', () => !isAlive(next.pid));
});

test('two sites of one project that start at once share a backend; the one that stays has it in the end', async () => {
  const folder = makeSite(LEAST);
  const [first, second] = await Promise.all([startDev(folder, { args: ['--ignore-lock'] }), startDev(folder, { args: ['--ignore-lock'] })]);
  const shared = running(folder);
  for (const site of [first, second]) assert.ok((await fetch(`${site.url}/parse/health`)).ok);
  await until('it is said', () => first.log().includes('JavaScript key') && second.log().includes('JavaScript key'));
  const [owner, other] = first.log().includes('(started)') ? [first, second] : [second, first];
  assert.ok(other.log().includes('already running'));
  await kill(owner.child);
  const next = await until('the other one has started its own', () => {
    const found = running(folder);
    return found && found.pid !== shared.pid && isAlive(found.pid) && found;
  });
  await until('it answers', async () => (await fetch(`${other.url}/parse/health`).catch(() => ({ ok: false }))).ok);
  await stop(other.child);
  await until('the backend has gone', () => !isAlive(next.pid));
});

test('in the background it goes on after the command, and ends with `astro dev stop`', async () => {
  const folder = makeSite(LEAST);
  const port = await freePort();
  const astro = (...args) => run(process.execPath, [ASTRO, 'dev', ...args], { cwd: folder, env: environment({ ASTRO_DEV_BACKGROUND: undefined }), stdio: ['ignore', 'pipe', 'pipe'] });
  await astro('--background', '--port', String(port));
  after(() => astro('stop').catch(() => {}));
  await until('the site answers', async () => (await fetch(`http://localhost:${port}/parse/health`).catch(() => ({ ok: false }))).ok);
  const backend = running(folder);
  assert.ok(isAlive(backend.pid));
  await astro('stop');
  await until('the backend has gone', () => !isAlive(backend.pid));
});

test('a stale note of a server that is another one by now is not believed', async () => {
  const folder = makeSite(LEAST);
  const stranger = createHttpServer((_, response) => response.writeHead(403).end());
  stranger.listen(0, '127.0.0.1');
  await once(stranger, 'listening');
  after(() => stranger.close());
  const url = `http://127.0.0.1:${stranger.address().port}`;
  await run('mkdir', ['-p', join(folder, '.astrolabe')]);
  const note = { pid: process.pid, url, appId: 'dev', restKey: 'r', javascriptKey: 'j' };
  writeFileSync(join(folder, '.astrolabe', 'running.json'), JSON.stringify(note));
  const site = await startDev(folder);
  assert.notEqual(running(folder).url, url);
  assert.ok((await fetch(`${site.url}/parse/health`)).ok);
});

test('WebSockets reach the backend through the site', async () => {
  const echo = createHttpServer();
  const upgraded = [];
  // The server forgets connections that have become something else.
  after(() => upgraded.forEach((socket) => socket.destroy()));
  echo.on('upgrade', (request, socket) => {
    upgraded.push(socket);
    const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    const text = Buffer.from(`${request.url} ${request.headers.host}`);
    socket.write(Buffer.concat([Buffer.from([0x81, text.length]), text]));
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  after(() => echo.close());
  const proxy = proxyOf(`http://127.0.0.1:${echo.address().port}`, '/shop/');
  const vite = await createServer({ configFile: false, root: makeSite({}), server: { proxy, port: await freePort(), ws: false, hmr: false }, logLevel: 'silent' });
  await vite.listen();
  after(() => vite.close());
  const { port } = vite.httpServer.address();
  const socket = new WebSocket(`ws://localhost:${port}/shop/parse/live`);
  const [message] = await once(socket, 'message');
  assert.equal(message.data, `/parse/live localhost:${port}`, 'the base is cut off, the host is the site’s');
  socket.close();
});
