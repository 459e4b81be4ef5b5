// The same use of the client on Node, on Bun and in workerd, the runtime of Cloudflare's edge.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';
import { HERE, keys, startWithClasses } from './harness.mjs';
import { expected, scenario } from './scenario.mjs';

const run = promisify(execFile);
let server;
before(async () => {
  server = await startWithClasses();
});
after(() => server?.stop());
const input = (name) => ({ url: server.url, appId: keys.appId, restKey: keys.restKey, name });

test('on Node', async () => {
  assert.deepEqual(await scenario(input('node')), expected('node'));
});

test('on Bun', async () => {
  const { stdout } = await run(bun(), ['run-scenario.mjs', JSON.stringify(input('bun'))], { cwd: HERE });
  assert.deepEqual(JSON.parse(stdout), expected('bun'));
});

test('in workerd', async () => {
  const contents = `
    import { scenario } from './scenario.mjs';
    export default { fetch: async (request) => Response.json(await scenario(await request.json())) };`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: HERE },
    bundle: true,
    write: false,
    format: 'esm',
    conditions: ['workerd', 'worker'],
  });
  const miniflare = new Miniflare({ modules: true, script: outputFiles[0].text, compatibilityDate: '2026-07-01' });
  try {
    const response = await miniflare.dispatchFetch('http://worker/', { method: 'POST', body: JSON.stringify(input('workerd')) });
    const text = await response.text();
    assert.equal(response.status, 200, text);
    assert.deepEqual(JSON.parse(text), expected('workerd'));
  } finally {
    await miniflare.dispose();
  }
});

/** Its install script, which would put the binary into its place, does not run here. */
function bun() {
  const { platform, arch } = process;
  const manifest = createRequire(import.meta.url).resolve(`@oven/bun-${platform}-${arch}/package.json`);
  return join(manifest, '..', 'bin', 'bun');
}
