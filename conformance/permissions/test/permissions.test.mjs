// 1,000 worlds; the number and the first seed can be chosen:
//
//   WORLDS=100000 FIRST_SEED=1 node --test conformance/permissions/test/*.test.mjs
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startServer } from '../../server.mjs';
import { MISTAKES } from '../check.mjs';
import { runWorlds, summary } from '../run.mjs';

const worlds = Number(process.env.WORLDS ?? 1_000);
const firstSeed = Number(process.env.FIRST_SEED ?? 1);

let server;
before(async () => {
  server = await startServer({ ASTROLABE_OBJECTS_CUSTOM_IDS: 'true' });
});
after(() => server?.stop());

test(`${worlds} random worlds show what they should, and nothing else`, async context => {
  const totals = await runWorlds(server.url, { worlds, firstSeed });
  context.diagnostic(`${totals.worlds} worlds, ${totals.requests} requests`);
  assert.equal(totals.worlds, worlds);
  assert.deepEqual(totals.mistakes, Object.fromEntries(MISTAKES.map(kind => [kind, 0])), summary(totals));
});
