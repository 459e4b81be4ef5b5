#!/usr/bin/env node
// `npx @astrolabe/astro init`: a new Astro site with Astrolabe, in this folder.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { filesOf } from './files.ts';

const USAGE = `npx @astrolabe/astro init   makes a new Astro site with Astrolabe in this folder and installs it
npx astro add @astrolabe/astro   adds Astrolabe to a site that is there already
`;

function main([command, ...more]: string[]): number {
  if (command !== 'init' || more.length > 0) {
    process.stderr.write(USAGE);
    return 2;
  }
  const folder = process.cwd();
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  const files = filesOf(nameFor(folder), version);
  const taken = Object.keys(files).filter((file) => existsSync(join(folder, file)));
  if (taken.length > 0) {
    process.stderr.write(`There is a project here already (${taken.join(', ')}).\nUse \`npx astro add @astrolabe/astro\` in an Astro site.\n`);
    return 1;
  }
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text, { flag: 'wx' });
  }
  const installed = spawnSync('npm', ['install', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'inherit' });
  if (installed.status !== 0) return installed.status ?? 1;
  process.stdout.write('\n  The site is ready:  npm run dev\n\n');
  return 0;
}

/** A name that npm accepts, after the folder. */
function nameFor(folder: string): string {
  const name = basename(folder).toLowerCase().replace(/[^a-z0-9-]+/g, '-').replace(/^-+|-+$/g, '');
  return name || 'site';
}

process.exitCode = main(process.argv.slice(2));
