// The client of the request that is being answered, for code that is not given the request, such as content loaders.
import type { AsyncLocalStorage } from 'node:async_hooks';
import type { Client } from '@astrolabe/client';

type Storage = AsyncLocalStorage<() => Client>;

/** One for all copies of this module: a build may have several. */
const holder = globalThis as { [key: symbol]: Storage | undefined };
const KEY = Symbol.for('@astrolabe/astro/request');
holder[KEY] ??= await storage();

/** Workers have it only with the compatibility flag `nodejs_als` or `nodejs_compat`. */
async function storage(): Promise<Storage | undefined> {
  try {
    return new (await import('node:async_hooks')).AsyncLocalStorage();
  } catch {
    return undefined;
  }
}

/** Does `work` with `client` as that of the request. */
export const withClient = <T>(client: () => Client, work: () => T): T => (holder[KEY] ? holder[KEY].run(client, work) : work());

/** The client of the request; `undefined` outside of one. Throws where the host cannot tell. */
export function currentClient(): Client | undefined {
  if (!holder[KEY]) {
    throw new Error('Live collections need the compatibility flag "nodejs_als" or "nodejs_compat" in wrangler.jsonc.');
  }
  return holder[KEY].getStore()?.();
}
