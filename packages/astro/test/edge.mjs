// A site that was built for Cloudflare, in workerd.
import { createRequire } from 'node:module';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import { PACKAGES } from './harness.mjs';

const { Miniflare } = createRequire(join(PACKAGES, 'package.json'))('miniflare');

/** Starts the build in `dist`; gives its address. */
export async function startEdge(dist, bindings) {
  const server = join(dist, 'server');
  const files = readdirSync(server, { recursive: true }).filter((file) => file.endsWith('.mjs'));
  files.sort((a, b) => Number(b === 'entry.mjs') - Number(a === 'entry.mjs'));
  const edge = new Miniflare({
    modulesRoot: server,
    modules: files.map((file) => ({ type: 'ESModule', path: join(server, file) })),
    compatibilityDate: '2026-07-01',
    compatibilityFlags: ['nodejs_als'],
    bindings,
    assets: { directory: join(dist, 'client'), binding: 'ASSETS', routerConfig: { has_user_worker: true } },
    host: '127.0.0.1',
    port: 0,
    cf: false,
  });
  after(() => edge.dispose());
  return { url: String(await edge.ready).replace(/\/$/, '') };
}
