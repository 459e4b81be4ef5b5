// What the page `/account` does: sign up, sign in and sign out, by ordinary forms.
import type { AstroGlobal } from 'astro';
import { z } from 'astro/zod';
import { AUTH_PATH } from '../paths.ts';
import { RETURN_PARAMETER, safeReturnPath } from '../protect/return-path.ts';
import { environment } from '../runtime/environment.ts';
import { forward } from '../runtime/forward.ts';

const BODY_BYTES_MAX = 16 * 1024;

const ENDPOINTS = { 'sign-in': '/sign-in/email', 'sign-up': '/sign-up/email', 'sign-out': '/sign-out' } as const;
const wanted = z.enum(['sign-in', 'sign-up', 'sign-out']);

/** What came of a form: an answer to be given, or a sentence for the page. */
export type Outcome = Response | { problem: string; status: number; email: string; name: string };

/** Does what a posted form asks for. */
export async function submit({ request, url, clientAddress }: Pick<AstroGlobal, 'request' | 'url' | 'clientAddress'>): Promise<Outcome> {
  // Astro has compared the origin by now, unless the site switched that off.
  if (request.headers.get('origin') !== url.origin) return failed('This form was sent from another site.', 403);
  const form = await read(request);
  const intent = wanted.safeParse(form?.get('intent'));
  if (!form || !intent.success) return failed('This page does not know that form.', 400);
  const email = (form.get('email') ?? '').trim();
  const name = (form.get('name') ?? '').trim() || (email.split('@')[0] ?? '');
  const body = intent.data === 'sign-out' ? {} : { email, password: form.get('password') ?? '', name };
  const answer = await forward({
    request: new Request(request.url, {
      method: 'POST',
      headers: headersOf(request),
      body: JSON.stringify(body),
    }),
    origin: url.origin,
    clientAddress,
    backend: environment().url,
    path: `${AUTH_PATH}${ENDPOINTS[intent.data]}`,
  });
  if (!answer.ok) return failed(await sentence(answer), answer.status, email, name);
  const back = intent.data === 'sign-out' ? url.pathname : safeReturnPath(url.searchParams.get(RETURN_PARAMETER), url.pathname);
  const headers = new Headers({ Location: back, 'Cache-Control': 'private, no-store' });
  for (const cookie of answer.headers.getSetCookie()) headers.append('Set-Cookie', cookie);
  return new Response(null, { status: 303, headers });
}

const failed = (problem: string, status: number, email = '', name = ''): Outcome => ({ problem, status, email, name });

async function read(request: Request): Promise<URLSearchParams | undefined> {
  if (!request.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded')) return undefined;
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > BODY_BYTES_MAX) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return new URLSearchParams(text + decoder.decode());
}

function headersOf(request: Request): Headers {
  const headers = new Headers(request.headers);
  headers.set('content-type', 'application/json');
  headers.delete('content-length');
  return headers;
}

async function sentence(answer: Response): Promise<string> {
  const body: unknown = await answer.json().catch(() => null);
  const message = (body as { message?: unknown } | null)?.message;
  return typeof message === 'string' && message !== '' ? message : 'That did not work.';
}
