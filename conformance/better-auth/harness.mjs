// The unmodified client in front of a jar of cookies, as a browser has one, for the core and the Vue entry alike.
import { createAuthClient } from 'better-auth/client';

/** A visitor of the site at `origin`: `client`, `cookies`, and `fetch` with both. */
export function visitor(server, create = createAuthClient) {
  const cookies = new Map();
  const fetchWithCookies = async (input, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set('origin', server.origin);
    if (cookies.size) headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    const answer = await fetch(input, { ...init, headers, redirect: 'manual' });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      if (/max-age=0/i.test(cookie)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return answer;
  };
  const client = create({ baseURL: server.origin, fetchOptions: { customFetchImpl: fetchWithCookies, throw: false } });
  return { client, cookies, fetch: fetchWithCookies };
}

/** Waits until `check` gives something, and fails after a while with `what`. */
export async function until(what, check) {
  for (const end = Date.now() + 10_000; Date.now() < end; ) {
    const found = await check();
    if (found) return found;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  throw new Error(`${what} did not happen`);
}

export const PASSWORD = 'quiet-orchid-47';
