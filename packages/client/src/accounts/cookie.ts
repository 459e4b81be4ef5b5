// Accounts by cookies of the site, over the endpoints of `/api/auth`. The cookie is out of reach of scripts and outlives the
// page; for requests to the Parse API the token of the session is asked for once, and kept in memory only.
import { type Context, request } from '../context.ts';
import { AstrolabeError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { members, send } from '../transport.ts';
import type { CallOptions } from '../types/query.ts';
import type { Accounts, AccountsKind } from './accounts.ts';

/** Where the endpoints are. */
export type CookieOptions = {
  /** The address of the endpoints; `/api/auth` when not given. */
  url?: string | undefined;
  /** Whether cookies go to another origin; `same-origin` when not given. */
  credentials?: RequestCredentials | undefined;
};

const MAIL_PATHS = { passwordReset: '/request-password-reset', verification: '/send-verification-email' };

/** Accounts whose session is a cookie. People sign in by their e-mail address. */
export function cookieAccounts({ url = '/api/auth', credentials = 'same-origin' }: CookieOptions = {}): AccountsKind {
  const base = url.replace(/\/+$/, '');
  return (context, changed): Accounts => {
    /** The token of the session; `undefined` as long as nobody has asked. */
    let known: Promise<string | null> | undefined;
    const call = async (
      method: 'GET' | 'POST',
      path: string,
      { signal }: CallOptions,
      body?: JsonObject,
    ): Promise<JsonObject> =>
      members(
        await send(
          { method, url: `${base}${path}`, body, isSafe: method === 'GET', credentials, signal },
          context.transport,
        ),
      );
    const ask = async (): Promise<string | null> =>
      tokenIn(members((await call('GET', '/get-session', {}))['session']));
    const keep = (token: string | null | undefined): void => {
      known = token === undefined ? undefined : Promise.resolve(token);
      changed();
    };
    const enter = async (path: string, body: JsonObject, options: CallOptions): Promise<JsonObject> => {
      const answer = await call('POST', path, options, body);
      const token = tokenIn(answer);
      keep(token);
      return token === null ? asObject(members(answer['user'])) : me(context, token, options);
    };
    return {
      token: async () => {
        known ??= ask();
        const asked = known;
        try {
          return await asked;
        } catch (error) {
          // The next request asks again.
          if (known === asked) known = undefined;
          throw error;
        }
      },
      forget: async (token) => {
        if ((await known) === token) keep(undefined);
      },
      signUp: (values, options) => {
        const { username, name, ...others } = values;
        return enter('/sign-up/email', { ...others, name: name ?? username ?? others['email'] }, options);
      },
      logIn: async ({ email, password }, options) => {
        if (!email) throw new TypeError('With cookies people sign in by their e-mail address.');
        return enter('/sign-in/email', { email, password }, options);
      },
      logOut: async (options) => {
        await call('POST', '/sign-out', options, {});
        keep(null);
      },
      requestMail: async (what, email, options) => {
        await call('POST', MAIL_PATHS[what], options, { email });
      },
      become: async () => {
        throw new TypeError('Scripts cannot set the cookie of a session; use `client.with({ sessionToken })`.');
      },
    };
  };
}

function tokenIn({ token }: JsonObject): string | null {
  return typeof token === 'string' ? token : null;
}

/** The user as the Parse API shows it, with the fields of the app. */
async function me(context: Context, sessionToken: string, { signal }: CallOptions): Promise<JsonObject> {
  const { sessionToken: _, ...user } = await request(context, {
    method: 'GET',
    path: '/users/me',
    sessionToken,
    signal,
  });
  return user;
}

/** What is known of a user who has no session, because the address has to be verified first. */
function asObject({ id, ...user }: JsonObject): JsonObject {
  if (typeof id !== 'string') throw new AstrolabeError('The answer has no user.', { kind: 'bad_answer', status: 200 });
  const { createdAt, updatedAt, email } = user;
  return { objectId: id, createdAt, updatedAt, email };
}
