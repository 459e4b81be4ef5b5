// Packs the npm packages of the command: one with the binary for each platform that is given, and `@astrolabe/cli`, which
// names just these as optional dependencies. Nothing is published.
//   node scripts/pack.mjs --out DIR linux-x64=PATH [linux-arm64=PATH …]     each PATH is a built binary
//   node scripts/pack.mjs --out DIR --strip linux-x64=PATH                  without its debug information
// Prints the paths of the tarballs, one a line.
import { execFile } from 'node:child_process';
import { chmod, copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { PLATFORMS, packageName } from '../dist/index.js';

const run = promisify(execFile);
const HERE = fileURLToPath(new URL('..', import.meta.url));
const LICENCES = ['LICENSE-MIT', 'LICENSE-APACHE'];

/** Packs into `out`, from binaries by the name of their platform; the paths of the tarballs. */
export async function pack(out, binaries, { strip = false } = {}) {
  const cli = JSON.parse(await readFile(join(HERE, 'package.json'), 'utf8'));
  const drafts = await mkdtemp(join(tmpdir(), 'astrolabe-pack-'));
  try {
    await mkdir(out, { recursive: true });
    const platforms = Object.keys(binaries).map(platformNamed);
    const folders = [];
    for (const platform of platforms) {
      folders.push(await draftPlatform(drafts, platform, resolve(binaries[platform.name]), cli, strip));
    }
    folders.push(await draftCommand(drafts, platforms, cli));
    return await Promise.all(folders.map(folder => tarball(folder, out)));
  } finally {
    await rm(drafts, { recursive: true, force: true });
  }
}

function platformNamed(name) {
  const platform = PLATFORMS.find(platform => platform.name === name);
  if (!platform) throw new Error(`${name} is no platform; there are ${PLATFORMS.map(({ name }) => name).join(', ')}.`);
  return platform;
}

async function draftPlatform(drafts, platform, binary, cli, strip) {
  const folder = join(drafts, platform.name);
  await mkdir(join(folder, 'bin'), { recursive: true });
  const copy = join(folder, 'bin', 'astrolabe');
  await copyFile(binary, copy);
  if (strip) await run('strip', [copy]);
  await chmod(copy, 0o755);
  const { version, license, engines, publishConfig } = cli;
  const description = `The Astrolabe binary for ${platform.name}; install @astrolabe/cli instead`;
  const only = { os: [platform.os], cpu: [platform.cpu], ...(platform.libc && { libc: [platform.libc] }) };
  const files = ['bin', 'LICENSE-*'];
  const manifest = { name: packageName(platform), version, description, license, ...only, files, engines, publishConfig };
  await writeManifest(folder, manifest);
  await addTexts(folder, `# ${manifest.name}\n\n${description}.\n`);
  return folder;
}

async function draftCommand(drafts, platforms, { scripts, ...cli }) {
  const folder = join(drafts, 'cli');
  await cp(join(HERE, 'dist'), join(folder, 'dist'), { recursive: true });
  const optionalDependencies = Object.fromEntries(platforms.map(platform => [packageName(platform), cli.version]));
  await writeManifest(folder, { ...cli, optionalDependencies });
  await addTexts(folder, await readFile(join(HERE, 'README.md'), 'utf8'));
  return folder;
}

const writeManifest = (folder, manifest) => writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);

async function addTexts(folder, readme) {
  await writeFile(join(folder, 'README.md'), readme);
  for (const licence of LICENCES) await copyFile(join(HERE, '../..', licence), join(folder, licence));
}

async function tarball(folder, out) {
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', out], { cwd: folder });
  return join(out, JSON.parse(stdout)[0].filename);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    options: { out: { type: 'string' }, strip: { type: 'boolean' } },
    allowPositionals: true,
  });
  if (!values.out || positionals.length === 0) throw new Error('usage: pack.mjs --out DIR [--strip] PLATFORM=BINARY…');
  const binaries = Object.fromEntries(positionals.map(text => text.split('=', 2)));
  for (const path of await pack(resolve(values.out), binaries, values)) process.stdout.write(`${path}\n`);
}
