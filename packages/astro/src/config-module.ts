// `virtual:astrolabe/config`: what the code that runs in the site has to know of the integration's options. It goes into
// the server's part of the build only, and holds no secret.
import type { CompiledRule } from './protect/rules.ts';

const ID = 'virtual:astrolabe/config';
const RESOLVED = `\0${ID}`;

export interface SiteConfig {
  rules: CompiledRule[];
  /** Where people sign in, with the base. */
  signIn: string;
  base: string;
  /** Routes that are endpoints. */
  endpoints: string[];
  /** In development: a prerendered page that a rule is about is a mistake. */
  refusesPrerendered: boolean;
}

/** The little of a Vite plugin that this is. */
export interface ModulePlugin {
  name: string;
  enforce: 'pre';
  resolveId: (id: string) => string | undefined;
  load: (id: string) => string | undefined;
}

/** Gives out the module, as it is at the time. */
export function configModule(current: () => SiteConfig): ModulePlugin {
  return {
    name: 'astrolabe:config',
    enforce: 'pre',
    resolveId: (id) => (id === ID ? RESOLVED : undefined),
    load: (id) => (id === RESOLVED ? `export default ${JSON.stringify(current())};` : undefined),
  };
}

/** What there is of a development server to be told that the module has changed. */
interface Environments {
  environments: Record<
    string,
    { moduleGraph?: { getModuleById: (id: string) => unknown; invalidateModule: (module: never) => void } } | undefined
  >;
}

export function invalidateConfigModule(server: Environments): void {
  for (const environment of Object.values(server.environments)) {
    const found = environment?.moduleGraph?.getModuleById(RESOLVED);
    if (found) environment?.moduleGraph?.invalidateModule(found as never);
  }
}
