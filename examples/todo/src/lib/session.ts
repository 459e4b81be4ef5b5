// Accounts: sign-up, log-in, log-out, and the cookie that remembers the session token. The cookie is httpOnly, so no
// script in the page can read the token, and the pages never print it.
import type { AstroCookies } from 'astro';
import { call } from './astrolabe';
import { done, failed, type Result } from './problem';

const COOKIE = 'todo_session';
const COOKIE_SECONDS = 30 * 24 * 60 * 60;

export interface User {
  id: string;
  name: string;
}

export interface Session {
  user: User;
  token: string;
}

export interface Credentials {
  username: string;
  password: string;
}

export async function signUp({ username, password }: Credentials): Promise<Result<Session>> {
  const created = await call<{ objectId: string; sessionToken: string }>('/users', {
    method: 'POST',
    body: { username, password },
  });
  if (!created.ok) return created;
  return done({ user: { id: created.data.objectId, name: username }, token: created.data.sessionToken });
}

export async function logIn({ username, password }: Credentials): Promise<Result<Session>> {
  // POST, because a password in a query string ends up in access logs.
  const found = await call<{ objectId: string; username: string; sessionToken: string }>('/login', {
    method: 'POST',
    body: { username, password },
  });
  if (found.ok) {
    const { objectId, username: name, sessionToken } = found.data;
    return done({ user: { id: objectId, name }, token: sessionToken });
  }
  return found.problem.code === 'not_found'
    ? failed(401, 'wrong_credentials', 'Name and password do not match.')
    : found;
}

/** Ends the session on the server. A token that is already dead is as good as logged out. */
export async function logOut(token: string): Promise<void> {
  await call('/logout', { method: 'POST', token, body: {} });
}

/** The session this token stands for, asked from Astrolabe on every request, so that ending it takes effect at once. */
export async function resume(token: string): Promise<Result<Session>> {
  const me = await call<{ objectId: string; username: string }>('/users/me', { token });
  return me.ok ? done({ user: { id: me.data.objectId, name: me.data.username }, token }) : me;
}

export const readCookie = (cookies: AstroCookies): string | undefined => cookies.get(COOKIE)?.value;

export function writeCookie(cookies: AstroCookies, token: string, url: URL): void {
  cookies.set(COOKIE, token, {
    httpOnly: true,
    sameSite: 'lax',
    secure: url.protocol === 'https:',
    path: '/',
    maxAge: COOKIE_SECONDS,
  });
}

export function clearCookie(cookies: AstroCookies): void {
  cookies.delete(COOKIE, { path: '/' });
}
