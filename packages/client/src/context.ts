// What the parts of a client share: where the server is, and a request to one of its Parse endpoints as the caller.
import type { AstrolabeError } from './errors.ts';
import type { JsonObject } from './json.ts';
import { type Call, type TransportOptions, members, send } from './transport.ts';

/** A request to a Parse endpoint. */
export type Request = {
  method: Call['method'];
  /** Below the address of the client, such as `/classes/Todo`. */
  path: string;
  /** Parameters; those that are `undefined` are left out. */
  query?: { [name: string]: string | number | undefined };
  body?: JsonObject | undefined;
  isSafe?: boolean;
  signal?: AbortSignal | undefined;
  /** Sent in place of the session of the caller; `null` sends none. */
  sessionToken?: string | null;
};

/** Whose requests these are. */
export type Identity = {
  /** The session token to send; `null` when nobody is signed in. */
  token: (signal?: AbortSignal) => Promise<string | null>;
  /** The server does not know this token any more. */
  forget: (token: string) => Promise<void>;
};

/** What the parts of a client share. */
export type Context = {
  /** The address of the Parse API, without a slash at the end. */
  url: string;
  /** Headers that name the app and present its key. */
  keys: Record<string, string>;
  transport: TransportOptions;
  identity: Identity;
};

/** The longest query string; longer parameters go into the body, as some servers in between refuse long addresses. */
const QUERY_LENGTH_MAX = 1800;

/** Sends a request as the caller. The answer is a JSON object; what is none counts as one without members. */
export async function request(context: Context, wanted: Request): Promise<JsonObject> {
  return members(await requestAny(context, wanted));
}

/** Sends a request as the caller, and answers whatever JSON comes. */
export async function requestAny(context: Context, wanted: Request): Promise<unknown> {
  const token = wanted.sessionToken === undefined ? await context.identity.token(wanted.signal) : wanted.sessionToken;
  const call = callOf(context, wanted);
  if (token !== null) call.headers = { ...call.headers, 'X-Parse-Session-Token': token };
  try {
    return await send(call, context.transport);
  } catch (error) {
    const isInvalid = (error as AstrolabeError).kind === 'invalid_session_token';
    if (isInvalid && token !== null && wanted.sessionToken === undefined) await context.identity.forget(token);
    throw error;
  }
}

function callOf({ url, keys }: Context, wanted: Request): Call {
  const given = Object.entries(wanted.query ?? {}).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  const call: Call = {
    method: wanted.method,
    url: `${url}${wanted.path}${query && `?${query}`}`,
    headers: keys,
    body: wanted.body,
    isSafe: wanted.isSafe ?? wanted.method === 'GET',
    signal: wanted.signal,
  };
  if (wanted.method !== 'GET' || query.length <= QUERY_LENGTH_MAX) return call;
  return {
    ...call,
    method: 'POST',
    url: `${url}${wanted.path}`,
    body: { ...Object.fromEntries(given), _method: 'GET' },
  };
}
