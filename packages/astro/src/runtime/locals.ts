// What a page finds in `Astro.locals`, and what it may ask of it.
import { type Client, createClient, memoryStorage, tokenAccounts } from '@astrolabe/client';
import { PARSE_PATH } from '../paths.ts';
import { type Environment, environment } from './environment.ts';
import type { Caller, Session, User } from './session.ts';

/** Set on `Astro.locals` by the middleware. */
export interface AstrolabeLocals {
  /** Who is signed in; `null` when nobody is. */
  user: User | null;
  /** The session of the request; `null` when there is none. */
  session: Session | null;
  /** Why there is no session, or that there is one. `unavailable` when the backend could not be asked. */
  sessionState: Caller['state'];
  /** The backend as this user; as nobody when nobody is signed in. */
  readonly astrolabe: Client;
  /** The names of the user's roles, inherited ones too. Asked once per request, at the first use. */
  roles: () => Promise<readonly string[]>;
}

/** A client that acts as the owner of `token`, or as nobody. */
export function clientFor(token: string | null, { url, appId, restKey }: Environment = environment()): Client {
  return createClient({ url: `${url}${PARSE_PATH}`, appId, restKey, accounts: tokenAccounts(memoryStorage(token)) });
}

/** The locals of a request of this caller. */
export function localsOf(caller: Caller): AstrolabeLocals {
  const isSignedIn = caller.state === 'signed-in';
  let client: Client | undefined;
  let roles: Promise<readonly string[]> | undefined;
  const locals = {
    user: isSignedIn ? caller.user : null,
    session: isSignedIn ? caller.session : null,
    sessionState: caller.state,
    get astrolabe() {
      return (client ??= clientFor(isSignedIn ? caller.session.token : null));
    },
    roles: () => (roles ??= isSignedIn ? rolesOf(locals.astrolabe) : Promise.resolve([])),
  };
  return locals;
}

async function rolesOf(client: Client): Promise<readonly string[]> {
  const answer = (await client.request({ method: 'GET', path: '/roles/me' })) as { roles?: unknown };
  if (!Array.isArray(answer.roles)) throw new Error('Astrolabe did not say which roles the user has');
  return answer.roles.filter((role): role is string => typeof role === 'string');
}
