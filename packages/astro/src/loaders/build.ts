// A collection that is read when the site is built: only what has changed since the last time is fetched.
import type { Client, FindOptions } from '@astrolabe/client';
import type { Loader } from 'astro/loaders';
import { z } from 'astro/zod';
import type { ClassName, Classes, ObjectOf } from '../register.ts';
import { clientFor } from '../runtime/locals.ts';

const PAGE = 1000;
const FETCHED_AT_ONCE = 100;

export interface ObjectsOptions<Name extends ClassName> {
  /** Conditions; without them every object that the reader may see. */
  where?: FindOptions<Classes, ObjectOf<Name>, never, never>['where'];
  /**
   * Whose eyes the build has. Without it those of nobody in particular: what it sees becomes part of a site that
   * everybody may read.
   */
  sessionToken?: string;
}

/** The objects of a class, under their ids. */
export function objects<Name extends ClassName>(
  className: Name,
  { where, sessionToken }: ObjectsOptions<Name> = {},
): Loader & { schema: z.ZodType<ObjectOf<Name>> } {
  return {
    name: `astrolabe:${className}`,
    // The backend has checked its objects when they were saved; this is for the types.
    schema: z.looseObject({ objectId: z.string() }) as unknown as z.ZodType<ObjectOf<Name>>,
    load: async ({ store, parseData, generateDigest, logger }) => {
      await startBackend();
      const rows = reader(clientFor(sessionToken ?? null), className, where);
      const seen = new Set<string>();
      const changed: string[] = [];
      for await (const { objectId, updatedAt } of rows.versions()) {
        seen.add(objectId);
        if (store.get(objectId)?.digest !== generateDigest(updatedAt.toISOString())) changed.push(objectId);
      }
      for (const id of store.keys()) if (!seen.has(id)) store.delete(id);
      for await (const row of rows.ofIds(changed)) {
        const data = await parseData({ id: row.objectId, data: row as never });
        store.set({ id: row.objectId, data, digest: generateDigest(row.updatedAt.toISOString()) });
      }
      logger.info(`${className}: ${seen.size} objects, ${changed.length} of them new or changed`);
    },
  };
}

interface Version {
  objectId: string;
  updatedAt: Date;
}

interface Reader {
  /** Every object, in the order of ids: a page begins after the last id of the one before, so nothing is left out. */
  versions: () => AsyncGenerator<Version>;
  /** Those of these ids that are still there. */
  ofIds: (ids: readonly string[]) => AsyncGenerator<Version>;
}

function reader(client: Client, className: string, where: object = {}): Reader {
  const source = client.class(className);
  return {
    async *versions() {
      for (let after = ''; ; ) {
        const beyond = after === '' ? {} : { objectId: { $gt: after } };
        const page = await source.find({
          where: { $and: [where, beyond] } as never,
          order: 'objectId',
          keys: ['updatedAt'],
          limit: PAGE,
        });
        yield* page as Version[];
        if (page.length < PAGE) return;
        after = String(page.at(-1)?.objectId);
      }
    },
    async *ofIds(ids) {
      for (let at = 0; at < ids.length; at += FETCHED_AT_ONCE) {
        const wanted = ids.slice(at, at + FETCHED_AT_ONCE);
        yield* (await source.find({ where: { objectId: { $in: wanted } } as never, limit: FETCHED_AT_ONCE })) as Version[];
      }
    },
  };
}

/** The integration knows where to find the backend of the project when no variable names one. */
async function startBackend(): Promise<void> {
  const start = (globalThis as Record<symbol, unknown>)[Symbol.for('@astrolabe/astro/for-loaders')];
  if (typeof start === 'function') await start();
}
