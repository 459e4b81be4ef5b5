// Where somebody goes after signing in: a path of this site and nothing else.

/** The parameter of the page for signing in. */
export const RETURN_PARAMETER = 'returnTo';

const LENGTH_MAX = 2000;

/** `wanted` if it is a path of this site, else `otherwise`. */
export function safeReturnPath(wanted: string | null | undefined, otherwise = '/'): string {
  if (!wanted || wanted.length > LENGTH_MAX) return otherwise;
  // Browsers drop some control characters and take a backslash for a slash, either of which makes `//host` of it.
  if (!/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(wanted)) return otherwise;
  const here = 'http://site.invalid';
  const url = URL.parse(wanted, here);
  if (!url || url.origin !== here || url.pathname.startsWith('//')) return otherwise;
  return `${url.pathname}${url.search}${url.hash}`;
}

/** The page for signing in, with the way back. */
export function signInAddress(signIn: string, back: string): string {
  return back === '/' ? signIn : `${signIn}?${new URLSearchParams({ [RETURN_PARAMETER]: back })}`;
}
