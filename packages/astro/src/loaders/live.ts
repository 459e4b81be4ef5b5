// A live collection: objects of a class, read as whoever asks for the page. What they may see is decided by the backend.
import { AstrolabeError, type Client, type FindOptions, isAstrolabeError } from '@astrolabe/client';
import type { LiveLoader } from 'astro/loaders';
import type { ClassName, Classes, ObjectOf } from '../register.ts';
import { currentClient } from '../runtime/context.ts';
import { clientFor } from '../runtime/locals.ts';

/** What `getLiveCollection(name, filter)` takes: conditions, order and page as the client has them. */
export type LiveFilter<Name extends ClassName> = FindOptions<Classes, ObjectOf<Name>, never, never>;

/** The objects of a class. `defaults` hold where the filter says nothing. */
export function liveObjects<Name extends ClassName>(
  className: Name,
  defaults: LiveFilter<Name> = {},
): LiveLoader<ObjectOf<Name>, { id: string }, LiveFilter<Name>, AstrolabeError> {
  const entryOf = (row: ObjectOf<Name>, isShared: boolean) => ({
    id: row.objectId,
    data: row,
    ...(isShared && { cacheHint: { tags: [className, `${className}/${row.objectId}`], lastModified: row.updatedAt } }),
  });
  return {
    name: `astrolabe:${className}`,
    loadCollection: ({ filter }) =>
      guarded(async () => {
        const { client, isShared } = await caller();
        const rows = (await client.class(className).find({ ...defaults, ...filter } as never)) as ObjectOf<Name>[];
        return {
          entries: rows.map((row) => entryOf(row, isShared)),
          ...(isShared && { cacheHint: { tags: [className] } }),
        };
      }),
    loadEntry: ({ filter }) =>
      guarded(async () => {
        const { client, isShared } = await caller();
        try {
          return entryOf((await client.class(className).get(filter.id)) as ObjectOf<Name>, isShared);
        } catch (problem) {
          if (isAstrolabeError(problem, 'object_not_found')) return undefined;
          throw problem;
        }
      }),
  };
}

/** Whoever asks for the page. Only what nobody in particular has asked for may be kept for others. */
async function caller(): Promise<{ client: Client; isShared: boolean }> {
  const client = currentClient() ?? clientFor(null);
  return { client, isShared: (await client.users.sessionToken()) === null };
}

/** Astro wants errors as values. */
async function guarded<T>(work: () => Promise<T>): Promise<T | { error: AstrolabeError }> {
  try {
    return await work();
  } catch (problem) {
    return { error: problem as AstrolabeError };
  }
}
