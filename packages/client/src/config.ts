// The app's parameters.
import { type Context, request } from './context.ts';
import { type JsonObject, decode, encodeFields } from './json.ts';
import { members } from './transport.ts';
import type { CallOptions } from './types/query.ts';

/** The app's parameters. */
export interface Config {
  /** The parameters that the caller may see. */
  get<Params = JsonObject>(options?: CallOptions): Promise<Params>;
  /** Sets parameters; others stay as they are. Those named in `masterKeyOnly` are hidden from clients. Needs the master key. */
  set(params: object, options?: CallOptions & { masterKeyOnly?: { [name: string]: boolean } }): Promise<void>;
}

/** The parameters, as a client reaches them. */
export function configOf(context: Context): Config {
  return {
    get: async ({ signal } = {}) => {
      const answer = await request(context, { method: 'GET', path: '/config', signal });
      return decode(members(answer['params'])) as never;
    },
    set: async (params, { signal, masterKeyOnly } = {}) => {
      const body = { params: encodeFields(params), ...(masterKeyOnly && { masterKeyOnly }) };
      await request(context, { method: 'PUT', path: '/config', body, signal });
    },
  };
}
