// Writes as values: done alone, in a batch or in a transaction.
import { type Context, request, requestAny } from './context.ts';
import { type AstrolabeError, errorOfAnswer } from './errors.ts';
import { type JsonObject, decode, decodeObject, encode, encodeFields, isJsonObject } from './json.ts';
import { members } from './transport.ts';
import type { BaseObject, ClassMap, NameOf } from './types/classes.ts';
import type { CallOptions } from './types/query.ts';
import type { Where } from './types/where.ts';

/** What an update answers: when it was, and the new values of what operations changed. */
export type Updated<Row extends BaseObject> = Pick<Row, 'objectId' | 'updatedAt'> & Partial<Row>;

/** A write that was not done yet. */
export type Write<Value = unknown> = {
  method: 'POST' | 'PUT' | 'DELETE';
  /** Below the address of the client. */
  path: string;
  body?: JsonObject | undefined;
  /** The write happens only if the object meets these conditions. */
  where?: JsonObject | undefined;
  /** What the answer of the server means. */
  decode: (answer: JsonObject) => Value;
};

/** Makes writes for `batch` and `transaction`. */
export interface Writes<C extends ClassMap> {
  create<N extends NameOf<C>>(name: N, values: C[N]['create']): Write<C[N]['read']>;
  update<N extends NameOf<C>>(
    name: N,
    objectId: string,
    changes: C[N]['update'],
    options?: { where?: Where<C, C[N]['read']> | undefined },
  ): Write<Updated<C[N]['read']>>;
  delete<N extends NameOf<C>>(
    name: N,
    objectId: string,
    options?: { where?: Where<C, C[N]['read']> | undefined },
  ): Write<void>;
}

/** What a write of a batch came to. */
export type Outcome<Value> = { ok: true; value: Value } | { ok: false; error: AstrolabeError };
/** The outcomes of writes, each in its place. */
export type Outcomes<W extends readonly Write[]> = {
  [K in keyof W]: W[K] extends Write<infer Value> ? Outcome<Value> : never;
};
/** The values of writes, each in its place. */
export type Values<W extends readonly Write[]> = {
  -readonly [K in keyof W]: W[K] extends Write<infer Value> ? Value : never;
};

type Conditional = { where?: object | undefined };
type ClassWrites = {
  create: (values: object) => Write<JsonObject>;
  update: (objectId: string, changes: object, options?: Conditional) => Write<JsonObject>;
  delete: (objectId: string, options?: Conditional) => Write<void>;
};

/** The writes of a class. */
export function writesOf(name: string): ClassWrites {
  const path = `/classes/${encodeURIComponent(name)}`;
  const at = (objectId: string): string => `${path}/${encodeURIComponent(objectId)}`;
  return {
    create: (values) => {
      const body = encodeFields(values);
      return { method: 'POST', path, body, decode: (answer) => created(name, body, answer) };
    },
    update: (objectId, changes, options) => ({
      method: 'PUT',
      path: at(objectId),
      body: encodeFields(changes),
      where: conditions(options),
      decode: (answer) => decodeObject({ objectId, ...answer }),
    }),
    delete: (objectId, options) => ({
      method: 'DELETE',
      path: at(objectId),
      where: conditions(options),
      decode: () => undefined,
    }),
  };
}

function conditions(options: Conditional | undefined): JsonObject | undefined {
  return options?.where && (encode(options.where) as JsonObject);
}

/** A new object as it would be read: the values that were sent, and what the server made of operations and defaults. */
export function created(name: string, body: JsonObject, answer: JsonObject): JsonObject {
  const sent = structuredClone(body);
  for (const [key, value] of Object.entries(sent)) {
    const isOperation = isJsonObject(value) && '__op' in value;
    const isSecret = name === '_User' && key === 'password';
    if (value === null || isOperation || isSecret) delete sent[key];
    else sent[key] = decode(value);
  }
  const object = decodeObject({ ...answer });
  return { ...sent, updatedAt: object['createdAt'], ...object };
}

/** Does one write. */
export async function perform<Value>(context: Context, write: Write<Value>, options: CallOptions = {}): Promise<Value> {
  const { method, path, body, where } = write;
  const query = { where: where && JSON.stringify(where) };
  return write.decode(await request(context, { method, path, query, body, signal: options.signal }));
}

/** Does writes in one request, each on its own. */
export async function batch<const W extends readonly Write[]>(
  context: Context,
  writes: W,
  options: CallOptions = {},
): Promise<Outcomes<W>> {
  const answers = await sendAll(context, writes, {}, options);
  const outcomes = writes.map((write, index): Outcome<unknown> => {
    const { success, error } = members(answers[index]);
    if (isJsonObject(success)) return { ok: true, value: write.decode(success) };
    return { ok: false, error: errorOfAnswer(200, error) };
  });
  return outcomes as Outcomes<W>;
}

/** Does all of the writes, or none; then it throws the error of the first one at fault, with its `index`. */
export async function transaction<const W extends readonly Write[]>(
  context: Context,
  writes: W,
  options: CallOptions = {},
): Promise<Values<W>> {
  const answers = await sendAll(context, writes, { transaction: true }, options);
  return writes.map((write, index) => write.decode(members(members(answers[index])['success']))) as Values<W>;
}

async function sendAll(
  context: Context,
  writes: readonly Write[],
  more: JsonObject,
  { signal }: CallOptions,
): Promise<unknown[]> {
  if (writes.length === 0) return [];
  // The server knows this path whatever address stands before it.
  const requests = writes.map(({ method, path, body, where }) => ({ method, path: `/parse${path}`, body, where }));
  const answer = await requestAny(context, { method: 'POST', path: '/batch', body: { requests, ...more }, signal });
  return Array.isArray(answer) ? answer : [];
}
