// What is built: the same site on Node, on Bun and in workerd, against a backend of its own.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { startSite } from '../../../scripts/processes.mjs';
import { startEdge } from './edge.mjs';
import { FIXTURE, PACKAGES, build, freePort, makeSite, startEmptyBackend, stop } from './harness.mjs';

const BUN = join(PACKAGES, 'node_modules', '@oven', `bun-${process.platform}-${process.arch}`, 'bin', 'bun');
const PASSWORD = 'brass-and-starlight';

const folder = makeSite({}, { from: FIXTURE });
const backend = await startEmptyBackend();
await build(folder);
await build(folder, { ADAPTER: 'cloudflare' }, ['--outDir', 'dist-edge']);
await setUp();

const onServer = async (node) => {
  const site = await startSite({ node, build: join(folder, 'dist'), port: await freePort(), env: backend.env, log: process.env.TEST_LOG ? 'inherit' : 'ignore' });
  after(() => stop(site.child));
  return site;
};
const hosts = {
  Node: () => onServer(process.execPath),
  Bun: () => onServer(BUN),
  workerd: () => startEdge(join(folder, 'dist-edge'), backend.env),
};

for (const [name, start] of Object.entries(hosts)) {
  describe(`on ${name}`, async () => {
    const site = await start();
    const nobody = visitor(site.url);

    test('nobody is sent to sign in, and endpoints say so in JSON', async () => {
      const page = await nobody.get('/members?x=1');
      assert.equal(page.status, 303);
      assert.equal(page.headers.get('location'), '/account?returnTo=%2Fmembers%3Fx%3D1');
      assert.equal(page.headers.get('cache-control'), 'private, no-store');
      const endpoint = await nobody.get('/api/members');
      assert.equal(endpoint.status, 401);
      assert.deepEqual(await endpoint.json(), { error: 'Sign in first.', code: 'unauthorized' });
      const required = await nobody.post('/api/mine', { json: { text: 'x' } });
      assert.equal(required.status, 401);
      assert.equal((await nobody.get('/asked')).headers.get('location'), '/account?returnTo=%2Fasked');
    });

    test('no way of writing an address leads in', async () => {
      for (const path of ['/members/', '//members', '/%6dembers', '/%256dembers', '/Members', '/x/..%2fmembers', '/members%2f', '/rewrites/page', '/rewrites/middleware']) {
        const answer = await nobody.get(path);
        assert.ok([303, 400, 401, 404].includes(answer.status), `${path}: ${answer.status}`);
        assert.ok(!(await answer.text()).includes('members/index'), path);
      }
      for (const path of ['/rewrites/page', '/rewrites/middleware']) assert.equal((await nobody.get(path)).status, 303, path);
    });

    test('somebody signs up, is greeted, and sees what is theirs', async () => {
      const ada = visitor(site.url);
      const mail = `ada-${name}@example.com`.toLowerCase();
      const made = await ada.post('/account?new&returnTo=%2Fmembers', { form: { intent: 'sign-up', name: `Ada on ${name}`, email: mail, password: PASSWORD } });
      assert.equal(made.status, 303, await made.text());
      assert.equal(made.headers.get('location'), '/members');
      const cookie = made.headers.getSetCookie().find((text) => text.startsWith('better-auth.session_token='));
      for (const attribute of ['HttpOnly', 'SameSite=Lax', 'Path=/']) assert.ok(cookie.includes(attribute), cookie);

      const members = await ada.get('/members');
      assert.equal(members.status, 200);
      assert.ok((await members.text()).includes(`Ada on ${name}`));
      assert.equal(members.headers.get('cache-control'), 'private, no-store');
      assert.match(members.headers.get('vary'), /cookie/i);
      assert.match(await (await ada.get('/')).text(), /id="in"[^>]*>Hello, Ada/);
      assert.match(await (await nobody.get('/')).text(), /id="out"/);

      const saved = await ada.post('/api/mine', { json: { text: `of ada on ${name}` } });
      assert.equal(saved.status, 201);
      const { objectId } = await saved.json();
      assert.deepEqual(await (await ada.get('/api/mine')).json(), [`of ada on ${name}`, 'for all'].sort());
      assert.deepEqual(await (await nobody.get('/api/mine')).json(), ['for all']);

      const live = await (await ada.get(`/live?id=${objectId}`)).text();
      assert.ok(live.includes(`<li>of ada on ${name}</li>`) && live.includes('<li>for all</li>'), live);
      assert.ok(live.includes(`id="one">of ada on ${name}<`), live);
      assert.ok(live.includes('id="hint">none<'), 'what is somebody’s is not for a cache');
      const others = await (await nobody.get(`/live?id=${objectId}`)).text();
      assert.ok(!others.includes('of ada'), others);
      assert.ok(others.includes('LiveEntryNotFoundError') && others.includes('id="hint">Note'), others);

      const session = await (await ada.get('/api/auth/get-session')).json();
      assert.equal(session.user.email, mail);
      const action = await ada.post('/_actions/whoami', { json: null });
      assert.ok((await action.text()).includes(`Ada on ${name}`));
      assert.equal((await nobody.post('/_actions/whoami', { json: null })).status, 401);

      const out = await ada.post('/account', { form: { intent: 'sign-out' } });
      assert.equal(out.status, 303);
      assert.equal((await ada.get('/members')).status, 303);
      assert.deepEqual(await (await ada.get('/api/auth/get-session')).json(), null);
    });

    test('roles open what names them, for pages, actions and islands', async () => {
      const grace = visitor(site.url);
      assert.equal((await grace.post('/start', { form: { email: 'grace@example.com', password: 'wrong-wrong' } })).status, 401);
      assert.equal((await grace.post('/start', { form: { email: 'grace@example.com', password: PASSWORD } })).status, 303);
      const eve = visitor(site.url);
      await eve.post('/account', { form: { intent: 'sign-in', email: 'eve@example.com', password: PASSWORD } });

      const island = /\/_server-islands\/Secret\?[^"'`]+/.exec(await (await nobody.get('/islands')).text())[0].replaceAll('&amp;', '&');
      for (const [who, statuses] of [[grace, [200, 200, 200, 200]], [eve, [403, 403, 403, 403]], [nobody, [303, 303, 401, 401]]]) {
        const answers = [await who.get('/admin'), await who.get('/asked'), await who.post('/?_action=admin.ping', { form: { x: '1' } }), await who.get(island)];
        assert.deepEqual(answers.map(({ status }) => status), statuses);
      }
      assert.equal((await nobody.get('/admin/help')).status, 200, 'an exception');
      assert.match(await (await grace.get('/')).text(), /id="admin"/);
      assert.doesNotMatch(await (await eve.get('/')).text(), /id="admin"/);
      const rpc = await eve.post('/_actions/admin.ping', { form: { x: '1' } });
      assert.equal(rpc.status, 403);
    });

    test('what another site sends is refused', async () => {
      const eve = visitor(site.url);
      await eve.post('/account', { form: { intent: 'sign-in', email: 'eve@example.com', password: PASSWORD } });
      for (const origin of ['https://evil.example', 'null', `${site.url}.evil.example`]) {
        const form = await eve.post('/account', { form: { intent: 'sign-out' }, origin });
        assert.equal(form.status, 403, origin);
        const call = await eve.post('/api/auth/sign-out', { json: {}, origin });
        assert.equal(call.status, 403, origin);
      }
      assert.equal((await eve.get('/members')).status, 200, 'still signed in');
    });

    test('nobody is sent elsewhere after signing in', async () => {
      for (const to of ['https://evil.example', '//evil.example', '/\\evil.example', '/\t/evil.example']) {
        const eve = visitor(site.url);
        const answer = await eve.post(`/account?returnTo=${encodeURIComponent(to)}`, { form: { intent: 'sign-in', email: 'eve@example.com', password: PASSWORD } });
        assert.equal(answer.headers.get('location'), '/account', to);
      }
    });

    test('a cookie that is no session, or no longer one, is nobody’s', async () => {
      for (const cookie of ['better-auth.session_token=x.y', 'better-auth.session_token=', 'better-auth.session_token=r%3A00000000000000000000000000000000.AAAA']) {
        const answer = await fetch(`${site.url}/members`, { headers: { cookie }, redirect: 'manual' });
        assert.equal(answer.status, 303, cookie);
      }
    });
  });
}

test('the backend gets its own cookies and no others, and only its own come back', async () => {
  const seen = [];
  const spy = createServer((request, response) => {
    seen.push(request);
    response.setHeader('set-cookie', ['better-auth.session_token=; Max-Age=0; Path=/', 'stolen=1; Path=/']);
    response.setHeader('x-internal', 'secret');
    response.end('null');
  });
  spy.listen(0, '127.0.0.1');
  await once(spy, 'listening');
  after(() => spy.close());
  const site = await startSite({
    node: process.execPath,
    build: join(folder, 'dist'),
    port: await freePort(),
    env: { ...backend.env, ASTROLABE_URL: `http://127.0.0.1:${spy.address().port}` },
    log: 'ignore',
  });
  after(() => stop(site.child));
  const headers = {
    cookie: 'cart=7; better-auth.session_token=a.b; session=own',
    authorization: 'Bearer of-the-site',
    'x-forwarded-for': '127.0.0.1',
    'x-parse-master-key': 'guess',
  };
  await fetch(`${site.url}/`, { headers });
  const answer = await fetch(`${site.url}/api/auth/get-session?disableCookieCache=true`, { headers });
  assert.equal(seen.length, 2);
  for (const request of seen) {
    assert.equal(request.headers.cookie, 'better-auth.session_token=a.b');
    for (const name of ['authorization', 'x-parse-master-key']) assert.equal(request.headers[name], undefined, name);
  }
  assert.equal(seen[1].url, '/api/auth/get-session?disableCookieCache=true');
  assert.equal(seen[1].headers['x-forwarded-host'], new URL(site.url).host);
  assert.deepEqual(answer.headers.getSetCookie().map((text) => text.split('=')[0]), ['better-auth.session_token']);
  assert.equal(answer.headers.get('x-internal'), null);
  assert.equal((await fetch(`${site.url}/`)).status, 200);
  assert.equal(seen.length, 2, 'without a session’s cookie the backend is not asked');
  await fetch(`${site.url}/api/auth/..%2f..%2fparse%2fusers`);
  for (const { url } of seen) assert.ok(url.startsWith('/api/auth/') && !url.includes('..'), url);
});

test('while the backend is away nobody is let in, and nobody is signed out', async () => {
  const site = await startSite({
    node: process.execPath,
    build: join(folder, 'dist'),
    port: await freePort(),
    env: { ...backend.env, ASTROLABE_URL: 'http://127.0.0.1:1' },
    log: 'ignore',
  });
  after(() => stop(site.child));
  const headers = { cookie: 'better-auth.session_token=a.b' };
  for (const path of ['/members', '/api/members']) {
    const answer = await fetch(`${site.url}${path}`, { headers, redirect: 'manual' });
    assert.equal(answer.status, 503, path);
    assert.deepEqual(answer.headers.getSetCookie(), []);
  }
  assert.equal((await fetch(`${site.url}/`, { headers })).status, 200);
  assert.equal((await fetch(`${site.url}/api/auth/get-session`, { headers })).status, 503);
});

test('what goes to browsers holds no key, and does not even name one', () => {
  for (const dist of ['dist', 'dist-edge']) {
    const files = readdirSync(join(folder, dist), { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
    assert.ok(files.some((file) => file.parentPath.includes('client') && file.name.endsWith('.js')));
    for (const file of files) {
      const path = join(file.parentPath, file.name);
      const text = readFileSync(path, 'latin1');
      for (const key of Object.values(backend.keys)) if (key.length > 10) assert.ok(!text.includes(key), path);
      if (path.startsWith(join(folder, dist, 'client'))) assert.doesNotMatch(text, /ASTROLABE_|X-Parse|restKey|masterKey/i, path);
    }
  }
});

test('the manifest has the rules for a server in front of the site', () => {
  const manifest = JSON.parse(readFileSync(join(folder, 'dist', 'astrolabe.json'), 'utf8'));
  assert.equal(manifest.version, 1);
  assert.equal(manifest.signIn, '/account');
  assert.ok(manifest.rules.some(({ paths, roles }) => paths.includes('^/admin(?:/[^/]*)*$') && roles[0] === 'Admins'));
  assert.ok(manifest.rules.some(({ actions }) => actions.some((source) => new RegExp(source).test('admin.ping'))));
  assert.deepEqual(manifest.pages, ['/static']);
  const members = manifest.routes.find(({ pattern }) => pattern === '/members');
  assert.deepEqual([members.type, members.prerendered, new RegExp(members.regex).test('/members')], ['page', false, true]);
});

/** Grace, who is an admin, Eve, who is not, and a note for everybody. */
async function setUp() {
  const call = async (method, path, body, headers = {}) => {
    const response = await fetch(`${backend.url}${path}`, { method, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
    assert.ok(response.ok, `${path}: ${response.status} ${await response.clone().text()}`);
    return response.json();
  };
  const keys = { 'X-Parse-Application-Id': backend.keys.appId, 'X-Parse-Master-Key': backend.keys.masterKey };
  const people = {};
  for (const name of ['grace', 'eve']) {
    people[name] = (await call('POST', '/api/auth/sign-up/email', { name, email: `${name}@example.com`, password: PASSWORD }, { origin: backend.url })).user.id;
  }
  await call('POST', '/parse/roles', {
    name: 'Admins',
    ACL: {},
    users: { __op: 'AddRelation', objects: [{ __type: 'Pointer', className: '_User', objectId: people.grace }] },
  }, keys);
  await call('POST', '/parse/classes/Note', { text: 'for all', ACL: { '*': { read: true } } }, keys);
}

/** A browser without scripts: it keeps cookies and says where it comes from. */
function visitor(url) {
  const jar = new Map();
  const send = async (method, path, { headers = {}, body } = {}) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(`${url}${path}`, { method, headers: { ...headers, ...(cookie && { cookie }), accept: 'text/html' }, body, redirect: 'manual' });
    for (const text of answer.headers.getSetCookie()) {
      const [pair] = text.split(';');
      const at = pair.indexOf('=');
      if (/max-age=0/i.test(text) || at === pair.length - 1) jar.delete(pair.slice(0, at));
      else jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return answer;
  };
  return {
    get: (path) => send('GET', path),
    post: (path, { form, json, origin = url }) =>
      form
        ? send('POST', path, { headers: { origin, 'content-type': 'application/x-www-form-urlencoded' }, body: String(new URLSearchParams(form)) })
        : send('POST', path, { headers: { origin, 'content-type': 'application/json' }, body: JSON.stringify(json) }),
  };
}
