// A code is redeemed once, however many visitors of a real site try at the same moment: by a conditional update, and by a
// transactional batch.
//   ASTROLABE_BIN                 the binary
//   ASTROLABE_TEST_DATABASE       see conformance/server.mjs
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findNode, freePort, startSite, stop } from '../../../scripts/processes.mjs';
import { keys, startServer } from '../../server.mjs';

const VISITORS = 200;
const build = fileURLToPath(new URL('../dist', import.meta.url));

describe(`on ${process.env.ASTROLABE_TEST_DATABASE ?? 'sqlite'}`, async () => {
  const backend = await startServer();
  const site = await startSite({
    node: await findNode(),
    build,
    port: await freePort(),
    env: {
      ASTROLABE_URL: backend.url.replace(/\/parse$/, ''),
      ASTROLABE_APP_ID: keys.appId,
      ASTROLABE_MASTER_KEY: keys.masterKey,
    },
    log: process.env.TEST_LOG ? 'inherit' : 'ignore',
  });
  after(async () => {
    await stop(site.child);
    await backend.stop();
  });

  const parse = async (method, path, body) => {
    const response = await fetch(`${backend.url}${path}`, {
      method,
      headers: { 'X-Parse-Application-Id': keys.appId, 'X-Parse-Master-Key': keys.masterKey },
      ...(body && { body: JSON.stringify(body) }),
    });
    assert.ok(response.ok, `${method} ${path}: ${response.status}`);
    return response.json();
  };
  const redeem = async (way, code, name) => {
    const response = await fetch(`${site.url}/redeem/${way}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', origin: site.url },
      body: JSON.stringify({ code, name }),
    });
    return { name, status: response.status, body: await response.json() };
  };

  /** Lets everybody try at once and gives the name of the one who got the code. */
  const race = async (way, code) => {
    const names = Array.from({ length: VISITORS }, (_, number) => `visitor-${number}`);
    const answers = await Promise.all(names.map((name) => redeem(way, code, name)));
    const counts = Object.groupBy(answers, ({ status }) => status);
    assert.deepEqual(
      Object.entries(counts).map(([status, all]) => [status, all.length]),
      [['200', 1], ['409', VISITORS - 1]],
      JSON.stringify(answers.find(({ status }) => status !== 200 && status !== 409)),
    );
    return counts[200][0].name;
  };

  for (const way of ['update', 'batch']) {
    test(`${VISITORS} visitors, one code, ${way}`, async () => {
      const code = `${way}-${Date.now()}`;
      const { objectId } = await parse('POST', '/classes/Code', { code });
      const winner = await race(way, code);
      assert.equal((await parse('GET', `/classes/Code/${objectId}`)).redeemedBy, winner);
      if (way === 'batch') {
        const where = encodeURIComponent(JSON.stringify({ codeId: objectId }));
        const { results } = await parse('GET', `/classes/Redemption?where=${where}`);
        assert.deepEqual(results.map(({ name }) => name), [winner]);
      }
      assert.equal((await redeem(way, code, 'late')).status, 409);
      assert.equal((await redeem(way, 'no such code', 'late')).status, 404);
    });
  }
});
