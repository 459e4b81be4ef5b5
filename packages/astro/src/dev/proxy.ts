// The paths of the backend on Vite's server, so that the site and its backend are one origin in development, as they are
// behind a front server.
import { AUTH_PATH, PARSE_PATH, below } from '../paths.ts';

/** What Vite's `server.proxy` takes. */
export type Proxy = Record<string, { target: string; ws?: boolean; xfwd: boolean; rewrite?: (path: string) => string }>;

/**
 * `Host` stays that of the site, so the backend sees the origin that the browser sees. Requests say that they were
 * forwarded, so none counts as coming from this machine where only those may use the master key.
 */
export function proxyOf(target: string, base: string): Proxy {
  const prefix = base.replace(/\/+$/, '');
  const cut = (path: string): string => path.slice(prefix.length);
  const entry = { target, xfwd: true, ...(prefix && { rewrite: cut }) };
  // A pattern that begins with ^ is a regular expression: `/parser` is a page of the site.
  const key = (path: string): string => `^${below(prefix, path).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?:[/?]|$)`;
  return { [key(PARSE_PATH)]: { ...entry, ws: true }, [key(AUTH_PATH)]: entry };
}
