// `astrolabe.json` beside the built site: what a server in front of it has to know to enforce the same rules, for files as
// well as for what the site answers itself.
import { writeFile } from 'node:fs/promises';
import type { IntegrationResolvedRoute } from 'astro';
import { sourceOf } from './pattern.ts';
import type { CompiledRule } from './rules.ts';

export const MANIFEST = 'astrolabe.json';

export interface Manifest {
  version: 1;
  /** The path below which the site is. */
  base: string;
  trailingSlash: 'always' | 'never' | 'ignore';
  /** Where people sign in, with the base. */
  signIn: string;
  /** Over decoded paths in lower case without the base; a request has to satisfy each rule that is about it. */
  rules: { paths: string[]; actions: string[]; roles: string[] | null; isPublic: boolean }[];
  routes: { pattern: string; regex: string; type: string; prerendered: boolean }[];
  /** The prerendered pages, without the base. */
  pages: string[];
}

/** The rules with a regular expression for each pattern. */
export function rulesOf(rules: readonly CompiledRule[]): Manifest['rules'] {
  return rules.map((rule) => ({ ...rule, paths: rule.paths.map(sourceOf) }));
}

export function routesOf(routes: readonly IntegrationResolvedRoute[]): Manifest['routes'] {
  return routes.map(({ pattern, patternRegex, type, isPrerendered }) => ({
    pattern,
    regex: patternRegex.source,
    type,
    prerendered: isPrerendered,
  }));
}

/** Writes it into the folder of the build, which no server gives out. */
export async function writeManifest(folder: URL, manifest: Manifest): Promise<void> {
  await writeFile(new URL(MANIFEST, folder), `${JSON.stringify(manifest, null, 2)}\n`);
}
