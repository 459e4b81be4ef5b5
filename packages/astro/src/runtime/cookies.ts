// The cookies that belong to the backend. It gets no others: those of the site are not its business.

const SESSION = /^(?:__Secure-)?better-auth[.-]session_token$/;
const OURS = /^(?:__Secure-)?better-auth[.-]/;

/** The part of a `Cookie` header that is for the backend; `undefined` when there is none. */
export function backendCookies(header: string | null): string | undefined {
  const kept = pairs(header).filter(([name]) => OURS.test(name));
  return kept.length === 0 ? undefined : kept.map(([name, value]) => `${name}=${value}`).join('; ');
}

/** Whether a `Cookie` header has the cookie of a session, be it a good one or not. */
export const hasSessionCookie = (header: string | null): boolean => pairs(header).some(([name]) => SESSION.test(name));

/** Whether a `Set-Cookie` is one of the backend's. */
export const isBackendCookie = (header: string): boolean => OURS.test(header.slice(0, Math.max(0, header.indexOf('='))).trim());

function pairs(header: string | null): [string, string][] {
  return (header ?? '').split(';').flatMap((pair) => {
    const at = pair.indexOf('=');
    return at < 0 ? [] : [[pair.slice(0, at).trim(), pair.slice(at + 1).trim()] as [string, string]];
  });
}
