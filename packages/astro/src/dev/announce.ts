// What is printed when the development server is up.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AUTH_PATH, PARSE_PATH, below } from '../paths.ts';
import type { Backend } from './backend.ts';

/** Lines that say where everything is. The master key is not among them unless somebody asked for it. */
export async function announcement(
  backend: Backend,
  { site, base, folder, showMasterKey }: { site: string; base: string; folder: string; showMasterKey: boolean },
): Promise<string> {
  const rows: [string, string][] = [
    ['Backend', `${backend.url} (${backend.isOwn ? 'started' : 'already running'})`],
    ['Accounts', `${site}${below(base, AUTH_PATH)}`],
    ['Parse API', `${site}${below(base, PARSE_PATH)}`],
    ['Application id', backend.appId],
    ['REST key', backend.restKey],
    ['JavaScript key', backend.javascriptKey],
  ];
  if (showMasterKey) rows.push(['Master key', await masterKey(folder)]);
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join('\n');
}

async function masterKey(folder: string): Promise<string> {
  const keys: unknown = JSON.parse(await readFile(join(folder, '.astrolabe', 'keys.json'), 'utf8'));
  const key = (keys as { masterKey?: unknown }).masterKey;
  return typeof key === 'string' ? key : 'as configured';
}
