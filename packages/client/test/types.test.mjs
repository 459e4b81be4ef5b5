// What `createClient<Classes>` lets through and refuses, by the real tsc over the files that the binary generates.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generate, tool } from './harness.mjs';

test('tsc accepts the use of a typed client, and refuses what the usage says it must', async () => {
  await generate('types');
  const { ok, output } = await tool('tsc', ['-p', 'test/types']);
  assert.ok(ok, output);
});
