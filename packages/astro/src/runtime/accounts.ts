// Signing up, in and out from the site's own pages and endpoints, for forms that work without scripts.
import type { APIContext, AstroGlobal } from 'astro';
import { AUTH_PATH } from '../paths.ts';
import { environment } from './environment.ts';
import { forward } from './forward.ts';

/** What these functions need: `Astro` of a page, or the context of an endpoint or an action. */
export type AccountContext = Pick<APIContext | AstroGlobal, 'request' | 'url' | 'cookies' | 'clientAddress'>;

/** `code` is for programs, such as `INVALID_EMAIL_OR_PASSWORD`; `message` is a sentence in English. */
export type AccountResult = { ok: true } | { ok: false; status: number; code: string; message: string };

/** Signs in, and sets the cookie of the session. */
export const signIn = (
  context: AccountContext,
  credentials: { email: string; password: string; rememberMe?: boolean },
): Promise<AccountResult> => call(context, '/sign-in/email', credentials);

/** Makes an account and signs in. */
export const signUp = (
  context: AccountContext,
  account: { email: string; password: string; name: string; [field: string]: unknown },
): Promise<AccountResult> => call(context, '/sign-up/email', account);

/** Ends the session of the request and removes its cookie. */
export const signOut = (context: AccountContext): Promise<AccountResult> => call(context, '/sign-out', {});

async function call(context: AccountContext, path: string, body: object): Promise<AccountResult> {
  const { request, url, cookies } = context;
  const headers = new Headers(request.headers);
  headers.set('content-type', 'application/json');
  headers.delete('content-length');
  const answer = await forward({
    request: new Request(url, { method: 'POST', headers, body: JSON.stringify(body) }),
    origin: url.origin,
    clientAddress: addressOf(context),
    backend: environment().url,
    path: `${AUTH_PATH}${path}`,
  });
  for (const cookie of answer.headers.getSetCookie()) setCookie(cookies, cookie);
  if (answer.ok) return { ok: true };
  const given: unknown = await answer.json().catch(() => null);
  const { code, message } = (given ?? {}) as { code?: unknown; message?: unknown };
  return {
    ok: false,
    status: answer.status,
    code: typeof code === 'string' ? code : answer.status === 429 ? 'TOO_MANY_REQUESTS' : 'FAILED',
    message: typeof message === 'string' && message !== '' ? message : 'That did not work.',
  };
}

/** Where the request comes from; not every host tells. */
export function addressOf(context: { clientAddress: string }): string | undefined {
  try {
    return context.clientAddress;
  } catch {
    return undefined;
  }
}

/** A cookie of the backend as one of the site's answer, value and attributes as they are. */
function setCookie(cookies: AccountContext['cookies'], header: string): void {
  const [pair = '', ...attributes] = header.split(';').map((part) => part.trim());
  const at = pair.indexOf('=');
  const given = new Map(attributes.map((part) => {
    const [name = '', value = ''] = part.split('=');
    return [name.toLowerCase(), value] as const;
  }));
  const maxAge = given.get('max-age');
  const sameSite = given.get('samesite')?.toLowerCase();
  const domain = given.get('domain');
  cookies.set(pair.slice(0, at), pair.slice(at + 1), {
    path: given.get('path') ?? '/',
    httpOnly: given.has('httponly'),
    secure: given.has('secure'),
    sameSite: sameSite === 'strict' || sameSite === 'none' ? sameSite : 'lax',
    ...(maxAge !== undefined && { maxAge: Number(maxAge) }),
    ...(domain !== undefined && { domain }),
    encode: (value) => value,
  });
}
