// A registry that has the packages of this project as they would be published, and knows where to ask for others.
import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after } from 'node:test';
import { promisify } from 'node:util';
import { pack } from '../../cli/scripts/pack.mjs';
import { PACKAGES } from './harness.mjs';

const run = promisify(execFile);

/** Packs everything and serves it; gives the registry's address and the tarballs. */
export async function startRegistry() {
  const folder = mkdtempSync(join(tmpdir(), 'astrolabe-registry-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const tarballs = await pack(folder, { [`${process.platform}-${process.arch}`]: process.env.ASTROLABE_BIN }, { strip: true });
  for (const name of ['client', 'astro']) {
    const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: join(PACKAGES, name) });
    tarballs.push(join(folder, JSON.parse(stdout)[0].filename));
  }
  const { stdout: configured } = await run('npm', ['config', 'get', 'registry'], { cwd: folder });
  const others = configured.trim().replace(/\/+$/, '');
  const known = new Map(await Promise.all(tarballs.map(described)));
  const server = createServer((request, response) => {
    const [path, tag] = decodeURIComponent(request.url).slice(1).split(/\/(?=[^/@]*$)/);
    const found = known.get(decodeURIComponent(request.url).slice(1)) ?? (tag && known.get(path));
    const file = tarballs.find((tarball) => request.url.endsWith(`/${basename(tarball)}`));
    if (file) return response.end(readFileSync(file));
    if (!found) return response.writeHead(302, { location: `${others}${request.url}` }).end();
    const { manifest, integrity, file: name } = found;
    const version = { ...manifest, dist: { tarball: `${address()}/tarballs/${name}`, integrity } };
    const all = { name: manifest.name, 'dist-tags': { latest: manifest.version }, versions: { [manifest.version]: version } };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(tag && known.get(path) && !known.get(`${path}/${tag}`) ? version : all));
  });
  const address = () => `http://127.0.0.1:${server.address().port}`;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => server.close());
  return { url: address(), tarballs };
}

async function described(tarball) {
  const { stdout } = await run('tar', ['-xzOf', tarball, 'package/package.json']);
  const manifest = JSON.parse(stdout);
  const integrity = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
  return [manifest.name, { manifest, integrity, file: basename(tarball) }];
}
