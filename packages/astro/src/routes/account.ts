// What the page `/account` does: sign up, sign in and sign out, by ordinary forms.
import { z } from 'astro/zod';
import { RETURN_PARAMETER, safeReturnPath } from '../protect/return-path.ts';
import { type AccountContext, type AccountResult, signIn, signOut, signUp } from '../runtime/accounts.ts';

const BODY_BYTES_MAX = 16 * 1024;

const wanted = z.enum(['sign-in', 'sign-up', 'sign-out']);

/** What came of a form: where to go, or a sentence for the page. */
export type Outcome = { to: string } | { problem: string; status: number; email: string; name: string };

/** Does what a posted form asks for. */
export async function submit(context: AccountContext): Promise<Outcome> {
  const { request, url } = context;
  // Astro has compared the origin by now, unless the site switched that off.
  if (request.headers.get('origin') !== url.origin) return failed('This form was sent from another site.', 403);
  const form = await read(request);
  const intent = wanted.safeParse(form?.get('intent'));
  if (!form || !intent.success) return failed('This page does not know that form.', 400);
  const result = await perform(context, intent.data, form);
  if (!result.ok) return failed(result.message, result.status, form.get('email') ?? '', form.get('name') ?? '');
  if (intent.data === 'sign-out') return { to: url.pathname };
  return { to: safeReturnPath(url.searchParams.get(RETURN_PARAMETER), url.pathname) };
}

function perform(context: AccountContext, intent: z.output<typeof wanted>, form: URLSearchParams): Promise<AccountResult> {
  const email = (form.get('email') ?? '').trim();
  const password = form.get('password') ?? '';
  if (intent === 'sign-out') return signOut(context);
  if (intent === 'sign-in') return signIn(context, { email, password });
  const name = (form.get('name') ?? '').trim() || (email.split('@')[0] ?? '');
  return signUp(context, { email, password, name });
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
