// Reads and writes of one class.
import { type Context, request } from './context.ts';
import { type JsonObject, decode, decodeObject, encode } from './json.ts';
import type { ClassMap, NameOf } from './types/classes.ts';
import type { CallOptions, FindOptions, ReadOptions, WriteOptions } from './types/query.ts';
import type { Result } from './types/result.ts';
import type { Where } from './types/where.ts';
import { type Updated, perform, writesOf } from './writes.ts';

/** Objects of a page, and how many match in all. */
export type Counted<Row> = { results: Row[]; count: number };

/** A stage of an aggregation, such as `{ $group: { _id: '$city', people: { $sum: 1 } } }`. */
export type Stage = { [stage: `$${string}`]: unknown };

/** Reads and writes of the class `N`, as the caller of the client. */
export interface ClassClient<C extends ClassMap, N extends NameOf<C>> {
  /** The objects that meet the conditions. */
  find<const I extends string = never, const K extends string = never>(
    options?: FindOptions<C, C[N]['read'], I, K>,
  ): Promise<Result<C, C[N]['read'], I, K>[]>;
  /** The first object that meets the conditions, or `undefined`. */
  first<const I extends string = never, const K extends string = never>(
    options?: FindOptions<C, C[N]['read'], I, K>,
  ): Promise<Result<C, C[N]['read'], I, K> | undefined>;
  /** A page of the objects that meet the conditions, and how many there are whatever `skip` and `limit` say. */
  findAndCount<const I extends string = never, const K extends string = never>(
    options?: FindOptions<C, C[N]['read'], I, K>,
  ): Promise<Counted<Result<C, C[N]['read'], I, K>>>;
  /** The object with that id; fails with `object_not_found` when there is none that the caller may read. */
  get<const I extends string = never, const K extends string = never>(
    objectId: string,
    options?: ReadOptions<C, C[N]['read'], I, K>,
  ): Promise<Result<C, C[N]['read'], I, K>>;
  /** How many objects meet the conditions. */
  count(options?: CallOptions & { where?: Where<C, C[N]['read']> | undefined }): Promise<number>;
  /** Makes an object: what was sent, with what the server added to it. */
  create(values: C[N]['create'], options?: CallOptions): Promise<C[N]['read']>;
  /** Changes an object; answers when, and the new values of what operations changed. */
  update(
    objectId: string,
    changes: C[N]['update'],
    options?: WriteOptions<C, C[N]['read']>,
  ): Promise<Updated<C[N]['read']>>;
  /** Deletes an object. */
  delete(objectId: string, options?: WriteOptions<C, C[N]['read']>): Promise<void>;
  /** What a pipeline makes of the objects. The class has to allow it, or the client has a master key. */
  aggregate<Row = JsonObject>(
    pipeline: readonly Stage[],
    options?: CallOptions & { where?: Where<C, C[N]['read']> | undefined },
  ): Promise<Row[]>;
  /** The different values of a field; of a list, those of its elements. Allowed as `aggregate` is. */
  distinct<K extends keyof C[N]['read'] & string>(
    field: K,
    options?: CallOptions & { where?: Where<C, C[N]['read']> | undefined },
  ): Promise<DistinctValue<NonNullable<C[N]['read'][K]>>[]>;
}

type DistinctValue<Value> = Value extends readonly (infer Element)[] ? Element : Value;

/** What reads take, whatever the class. */
type AnyFind = CallOptions & {
  where?: object | undefined;
  order?: string | readonly string[] | undefined;
  include?: readonly string[] | undefined;
  keys?: readonly string[] | undefined;
  limit?: number | undefined;
  skip?: number | undefined;
};

/** The reads and writes of a class. The types of rows are the promise of the generated classes; nothing is checked here. */
export function classClient(context: Context, name: string): ClassClient<ClassMap, string> {
  const path = `/classes/${encodeURIComponent(name)}`;
  const writes = writesOf(name);
  const read = (below: string, query: Query, { signal }: AnyFind): Promise<JsonObject> =>
    request(context, { method: 'GET', path: below, query, signal });
  const find = async (options: AnyFind = {}, more: Query = {}): Promise<Counted<never>> => {
    const answer = await read(path, { ...queryOf(options), ...more }, options);
    return { results: rowsOf(answer, decodeObject) as never[], count: Number(answer['count'] ?? 0) };
  };
  const aggregate = (query: Query, options: AnyFind): Promise<JsonObject> =>
    read(`/aggregate/${encodeURIComponent(name)}`, { ...queryOf({ where: options.where }), ...query }, options);
  return {
    find: async (options) => (await find(options)).results,
    first: async (options) => (await find(options, { limit: 1 })).results[0],
    findAndCount: (options) => find(options, { count: 1 }),
    count: async (options) => (await find(options, { count: 1, limit: 0 })).count,
    get: async (objectId, options: AnyFind = {}) =>
      decodeObject(await read(`${path}/${encodeURIComponent(objectId)}`, queryOf(options), options)) as never,
    create: async (values, options) => perform(context, writes.create(values), options) as Promise<never>,
    update: async (objectId, changes, options) =>
      perform(context, writes.update(objectId, changes, options), options) as Promise<never>,
    delete: async (objectId, options) => perform(context, writes.delete(objectId, options), options),
    aggregate: async (pipeline, options: AnyFind = {}) =>
      rowsOf(await aggregate({ pipeline: json(pipeline) }, options), decodeObject) as never[],
    distinct: async (field, options: AnyFind = {}) =>
      rowsOf(await aggregate({ distinct: field }, options), decode) as never[],
  };
}

type Query = { [name: string]: string | number | undefined };

function queryOf({ where, order, include, keys, limit, skip }: AnyFind): Query {
  return {
    where: where && json(where),
    order: typeof order === 'string' ? order : order?.join(','),
    include: include?.join(',') || undefined,
    keys: keys?.join(',') || undefined,
    limit,
    skip,
  };
}

const json = (value: unknown): string => JSON.stringify(encode(value));

function rowsOf(answer: JsonObject, decodeRow: (row: JsonObject) => unknown): unknown[] {
  const { results } = answer;
  return Array.isArray(results) ? results.map(decodeRow) : [];
}
