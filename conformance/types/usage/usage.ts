// What a site writes against the generated files. `tsc` has to accept every line but those that say it must not.
import Parse from 'parse';
import type * as rest from '../generated/compile/rest.ts';
import type * as client from '../generated/compile/client.ts';
import type { Classes, Everything, EverythingAttributes } from '../generated/compile/parse.ts';
import { accessLists, Everything as everything, Everything$others } from '../generated/compile/drizzle.ts';
import * as schemas from '../generated/compile/zod.ts';
import type { z } from 'zod';

export async function sdk(): Promise<string> {
  const made = new Parse.Object<EverythingAttributes>('Everything', { title: 'x', level: 1 });
  made.set('isDone', true);
  // @ts-expect-error: a text is no boolean
  made.set('isDone', 'yes');
  // @ts-expect-error: there is no such field
  made.get('nothing');
  const found: Everything | undefined = await new Parse.Query<Everything>('Everything').first();
  const at: Date | undefined = found?.get('at');
  const name: string | undefined = found?.get('list')?.get('name');
  const depth: string | undefined = found?.get('parent')?.get('parent')?.get('title');
  const members: Everything[] | undefined = await found?.get('friends')?.query().find();
  const astray: unknown = found?.get('astray')?.get('anything');
  const typed: Classes['Everything'] | undefined = found;
  return `${String(at)} ${String(name)} ${String(depth)} ${String(members?.length)} ${String(astray)} ${String(typed?.get('title').length)}`;
}

export function bodies(): rest.EverythingCreate[] {
  const list = { __type: 'Pointer', className: 'List', objectId: 'abc' } as const;
  const update: rest.EverythingUpdate = { amount: { __op: 'Increment', amount: 1 }, text: { __op: 'Delete' }, list };
  // @ts-expect-error: a required field cannot be taken away
  const without: rest.EverythingUpdate = { title: null };
  // @ts-expect-error: a pointer to another class
  const astray: rest.EverythingCreate = { title: 'x', list: { ...list, className: 'Todo' } };
  // @ts-expect-error: the title is required
  const untitled: rest.EverythingCreate = { isDone: true };
  return [{ title: 'x', list }, astray, untitled, { title: String(update) + String(without) }];
}

/** What the client takes: also what Zod lets through, and what was read with `include`. */
export function forClient(
  created: z.output<typeof schemas.EverythingCreate>,
  updated: z.output<typeof schemas.EverythingUpdate>,
  list: client.List & { __type: 'Object'; className: 'List' },
): [client.EverythingCreate[], client.EverythingUpdate[]] {
  const values: client.EverythingCreate = { title: 'x', at: new Date(), raw: new Uint8Array(), list };
  // @ts-expect-error: a number is no date
  const wrong: client.EverythingCreate = { title: 'x', at: 5 };
  // @ts-expect-error: a required field cannot be taken away
  const without: client.EverythingUpdate = { title: { __op: 'Delete' } };
  return [[created, values, wrong], [updated, without, { 'info.a.b': 1, info: { __op: 'Delete' } }]];
}

/** What Zod lets through is what the types say, in both directions. */
export function agreement(
  created: z.output<typeof schemas.EverythingCreate>,
  updated: z.output<typeof schemas.EverythingUpdate>,
  read: z.output<typeof schemas.Everything>,
): [rest.EverythingCreate, rest.EverythingUpdate, Pick<rest.Everything, 'title' | 'at' | 'place' | 'area'>] {
  return [created, updated, read];
}
export const inputs: [z.input<typeof schemas.EverythingCreate>, z.input<typeof schemas.EverythingUpdate>] = [
  { title: 'x' } satisfies rest.EverythingCreate,
  { amount: { __op: 'Increment', amount: 1 } } satisfies rest.EverythingUpdate,
];

type Row = typeof everything.$inferSelect;
export const row = (row: Row): [string, Date, boolean | null, number | null, unknown[] | null] => [
  row.objectId,
  row.createdAt,
  row.isDone,
  row.place$latitude,
  row.tags,
];
export const columns = [accessLists.readers, Everything$others.owningId];
