// `createClient`: puts the parts together.
import type { AccountsKind } from './accounts/accounts.ts';
import { memoryStorage } from './accounts/storage.ts';
import { tokenAccounts } from './accounts/token.ts';
import { type ClassClient, classClient } from './class-client.ts';
import { type Config, configOf } from './config.ts';
import { type Context, type Request, request, requestAny } from './context.ts';
import { decode, encodeFields } from './json.ts';
import { type Fetch, type RetryOptions, type TransportOptions, defaultDelayMs } from './transport.ts';
import type { ClassMap, NameOf, UntypedClasses } from './types/classes.ts';
import type { CallOptions } from './types/query.ts';
import { type Users, usersOf } from './users.ts';
import { type Outcomes, type Values, type Write, type Writes, batch, transaction, writesOf } from './writes.ts';

/** Where the server is, who asks, and how. */
export type ClientOptions = {
  /** The address of the Parse API, such as `https://example.com/parse`; in browsers `/parse` will do. */
  url: string;
  /** The id of the app. */
  appId: string;
  /** The REST key, if the app has one. */
  restKey?: string | undefined;
  /** The JavaScript key, if the app has one. */
  javascriptKey?: string | undefined;
  /** All rights. Only on servers: whoever reads it owns the app. */
  masterKey?: string | undefined;
  /** How people sign in: `tokenAccounts(storage)`, which is the default with a token in memory, or `cookieAccounts()`. */
  accounts?: AccountsKind | undefined;
  /** In the place of the global `fetch`. */
  fetch?: Fetch | undefined;
  /** Further headers of every request. */
  headers?: Record<string, string> | undefined;
  /** How long an attempt may take, in milliseconds; 30,000 when not given. */
  timeoutMs?: number | undefined;
  /** When reads are sent again. Writes never are. */
  retry?: RetryOptions | undefined;
};

/** An app on a server, as one caller sees it. */
export interface Client<C extends ClassMap = UntypedClasses> {
  /** Reads and writes of a class. */
  class<N extends NameOf<C>>(name: N): ClassClient<C, N>;
  /** Accounts of people. */
  readonly users: Users<C>;
  /** Makes writes for `batch` and `transaction`. */
  readonly write: Writes<C>;
  /** Does up to 1,000 writes in one request, each on its own. */
  batch<const W extends readonly Write[]>(writes: W, options?: CallOptions): Promise<Outcomes<W>>;
  /** Does all of the writes, or none; then it throws the error of the first one at fault, with its `index`. */
  transaction<const W extends readonly Write[]>(writes: W, options?: CallOptions): Promise<Values<W>>;
  /** Calls a function of the app's Cloud Code. */
  call<Value = unknown>(name: string, params?: object, options?: CallOptions): Promise<Value>;
  /** The app's parameters. */
  readonly config: Config;
  /** Any other endpoint, in the JSON of the REST API. */
  request(wanted: Request): Promise<unknown>;
  /** The same app with other options. With `sessionToken` it acts as that user, `null` as nobody, and changes nobody's session. */
  with(changes: Partial<ClientOptions> & { sessionToken?: string | null | undefined }): Client<C>;
}

/** A client for an app. `createClient<Classes>(…)` with the generated `Classes` knows its classes. */
export function createClient<C extends ClassMap = UntypedClasses>(options: ClientOptions): Client<C> {
  const listeners = new Set<() => void>();
  const context: Context = {
    url: options.url.replace(/\/+$/, ''),
    keys: keysOf(options),
    transport: transportOf(options),
    identity: { token: (signal) => accounts.token(signal), forget: (token) => accounts.forget(token) },
  };
  const accounts = (options.accounts ?? tokenAccounts())(context, () => {
    for (const listener of [...listeners]) listener();
  });
  const client: Client<ClassMap> = {
    class: (name) => classClient(context, name),
    users: usersOf(context, accounts, listeners),
    write: {
      create: (name, values) => writesOf(name).create(values) as Write<never>,
      update: (name, objectId, changes, conditions) =>
        writesOf(name).update(objectId, changes, conditions) as Write<never>,
      delete: (name, objectId, conditions) => writesOf(name).delete(objectId, conditions),
    },
    batch: (writes, call) => batch(context, writes, call),
    transaction: (writes, call) => transaction(context, writes, call),
    call: async (name, params = {}, { signal } = {}) => {
      const path = `/functions/${encodeURIComponent(name)}`;
      const answer = await request(context, { method: 'POST', path, body: encodeFields(params), signal });
      return decode(answer['result']) as never;
    },
    config: configOf(context),
    request: (wanted) => requestAny(context, wanted),
    with: ({ sessionToken, ...changes }) => {
      const acting = sessionToken === undefined ? {} : { accounts: tokenAccounts(memoryStorage(sessionToken)) };
      return createClient({ ...options, ...changes, ...acting });
    },
  };
  return client as unknown as Client<C>;
}

function keysOf(options: ClientOptions): Record<string, string> {
  const keys = {
    'X-Parse-Application-Id': options.appId,
    'X-Parse-REST-API-Key': options.restKey,
    'X-Parse-Javascript-Key': options.javascriptKey,
    'X-Parse-Master-Key': options.masterKey,
  };
  return Object.fromEntries(Object.entries(keys).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function transportOf(options: ClientOptions): TransportOptions {
  return {
    // Called without its owner, the `fetch` of browsers refuses.
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    headers: options.headers ?? {},
    timeoutMs: options.timeoutMs ?? 30_000,
    retry: { attempts: options.retry?.attempts ?? 2, delayMs: options.retry?.delayMs ?? defaultDelayMs },
  };
}
