// For pages, endpoints and actions: who may go on.
import type { Client } from '@astrolabe/client';
import { accessError } from './runtime/access.ts';
import { type AstrolabeLocals, clientFor } from './runtime/locals.ts';
import type { User } from './runtime/session.ts';

export { type AccessError, isAccessError } from './runtime/access.ts';
export { type AccountContext, type AccountResult, signIn, signOut, signUp } from './runtime/accounts.ts';
export type { AstrolabeLocals } from './runtime/locals.ts';
export type { Session, User } from './runtime/session.ts';
export { RETURN_PARAMETER, safeReturnPath } from './protect/return-path.ts';

/** What these functions need of `Astro` or of the context of an endpoint, a middleware or an action. */
export interface WithLocals {
  locals: object;
}

const localsOf = (context: WithLocals): AstrolabeLocals => {
  const { locals } = context as { locals: AstrolabeLocals };
  if (locals.sessionState === undefined) throw new Error('The middleware of @astrolabe/astro has not seen this request.');
  return locals;
};

/** Who is signed in. Nobody: a page sends them to sign in, an endpoint answers 401, an action fails with UNAUTHORIZED. */
export function requireUser(context: WithLocals): User {
  const { user, sessionState } = localsOf(context);
  if (user) return user;
  throw accessError(sessionState === 'unavailable' ? 'unavailable' : 'signed-out');
}

/** The same for users with one of these roles; others get 403. */
export async function requireRole(context: WithLocals, role: string | readonly string[]): Promise<User> {
  const user = requireUser(context);
  if (await hasRole(context, role)) return user;
  throw accessError('forbidden');
}

/** Whether somebody with one of these roles is signed in. */
export async function hasRole(context: WithLocals, role: string | readonly string[]): Promise<boolean> {
  const { user, roles } = localsOf(context);
  if (!user) return false;
  const wanted = typeof role === 'string' ? [role] : role;
  const held = await roles();
  return wanted.some((name) => held.includes(name));
}

/** The backend as nobody, where there is no request, such as in a script of the site's own. */
export const anonymousClient = (): Client => clientFor(null);
