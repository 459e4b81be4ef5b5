// Accounts of people: signing up, in and out, and who is signed in.
import type { Accounts, Credentials } from './accounts/accounts.ts';
import { type Context, request } from './context.ts';
import { isAstrolabeError } from './errors.ts';
import { decodeObject, encodeFields } from './json.ts';
import type { ClassMap, UserOf } from './types/classes.ts';
import type { CallOptions } from './types/query.ts';
import { created } from './writes.ts';

/** The values of a new user: with tokens a user name, with cookies an e-mail address and a name. */
export type NewUser<C extends ClassMap> = '_User' extends keyof C
  ? C['_User']['create'] | (Omit<C['_User']['create'], 'username'> & ByEmail)
  : { password: string; [field: string]: unknown } & ({ username: string } | ByEmail);

type ByEmail = { email: string; name: string };

/** Accounts of people. */
export interface Users<C extends ClassMap> {
  /** Makes an account and signs in. */
  signUp(values: NewUser<C>, options?: CallOptions): Promise<UserOf<C>>;
  /** Signs in, by user name or e-mail address. */
  logIn(credentials: Credentials, options?: CallOptions): Promise<UserOf<C>>;
  /** Signs out: the session ends, on the server as well. */
  logOut(options?: CallOptions): Promise<void>;
  /** Who is signed in; `null` when nobody is, or the session has ended. Asks the server. */
  current(options?: CallOptions): Promise<UserOf<C> | null>;
  /** The token of the session; `null` when nobody is signed in. */
  sessionToken(options?: CallOptions): Promise<string | null>;
  /** Continues the session of a token. */
  become(sessionToken: string, options?: CallOptions): Promise<UserOf<C>>;
  /** Mails a link for a new password. Whether anybody has that address is not told. */
  requestPasswordReset(email: string, options?: CallOptions): Promise<void>;
  /** Mails a link that proves that an address is one's own. */
  requestVerification(email: string, options?: CallOptions): Promise<void>;
  /** Calls `listener` whenever somebody signed in or out, or the session was found to have ended. Answers how to stop that. */
  onChange(listener: () => void): () => void;
}

/** The accounts of a client. */
export function usersOf(context: Context, accounts: Accounts, listeners: Set<() => void>): Users<ClassMap> {
  const me = async (signal?: AbortSignal): Promise<never> => {
    const { sessionToken: _, ...user } = await request(context, { method: 'GET', path: '/users/me', signal });
    return decodeObject(user) as never;
  };
  return {
    signUp: async (values, options = {}) => {
      const body = encodeFields(values);
      return created('_User', body, await accounts.signUp(body, options)) as never;
    },
    logIn: async (credentials, options = {}) => decodeObject(await accounts.logIn(credentials, options)) as never,
    logOut: (options = {}) => accounts.logOut(options),
    current: async ({ signal } = {}) => {
      if ((await accounts.token(signal)) === null) return null;
      try {
        return await me(signal);
      } catch (error) {
        if (isAstrolabeError(error, 'invalid_session_token')) return null;
        throw error;
      }
    },
    sessionToken: ({ signal } = {}) => accounts.token(signal),
    become: async (sessionToken, { signal } = {}) => {
      await accounts.become(sessionToken);
      return me(signal);
    },
    requestPasswordReset: (email, options = {}) => accounts.requestMail('passwordReset', email, options),
    requestVerification: (email, options = {}) => accounts.requestMail('verification', email, options),
    onChange: (listener) => {
      const own = (): void => listener();
      listeners.add(own);
      return () => listeners.delete(own);
    },
  };
}
