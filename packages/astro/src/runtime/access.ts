// Refusals: what is answered to whom, as a page or as JSON.
import { ActionError } from 'astro:actions';
import { safeReturnPath, signInAddress } from '../protect/return-path.ts';

export type Refusal = 'signed-out' | 'forbidden' | 'unavailable' | 'malformed';

const ANSWERS = {
  'signed-out': { status: 401, code: 'UNAUTHORIZED', text: 'Sign in first.' },
  forbidden: { status: 403, code: 'FORBIDDEN', text: 'You may not see this.' },
  unavailable: { status: 503, code: 'SERVICE_UNAVAILABLE', text: 'Nobody can be signed in at the moment. Try again soon.' },
  malformed: { status: 400, code: 'BAD_REQUEST', text: 'This address is not well formed.' },
} as const;

/**
 * Thrown by `requireUser` and `requireRole`. In pages and endpoints the middleware answers for it; in an action it is
 * the action's error, `UNAUTHORIZED` or `FORBIDDEN`.
 */
export interface AccessError extends Error {
  readonly refusal: Refusal;
  /** That of Astro's `ActionError`. */
  readonly code: string;
  readonly status: number;
}

class Denied extends ActionError {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super({ code: ANSWERS[refusal].code, message: ANSWERS[refusal].text });
    this.refusal = refusal;
  }
}

/** The error of a refusal. */
export const accessError = (refusal: Refusal): AccessError => new Denied(refusal);

/** Whether a value that was thrown is such an error. Modules may be there twice, so its class does not tell. */
export const isAccessError = (error: unknown): error is AccessError =>
  error instanceof Error && Object.hasOwn(ANSWERS, (error as Partial<AccessError>).refusal ?? '');

/** Who is refused what. */
export interface Refused {
  request: Request;
  url: URL;
  /** An endpoint, an action or a part of a page: a program asks. */
  isEndpoint: boolean;
  signIn: string;
}

export function refuse(refusal: Refusal, { request, url, isEndpoint, signIn }: Refused): Response {
  const { status, text, code } = ANSWERS[refusal];
  // Whether somebody is signed in changes the answer.
  const headers = { 'Cache-Control': 'private, no-store', Vary: 'Cookie' };
  if (isEndpoint) return Response.json({ error: text, code: code.toLowerCase() }, { status, headers });
  if (refusal === 'signed-out') {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const back = isRead ? safeReturnPath(`${url.pathname}${url.search}`) : '/';
    return new Response(null, { status: 303, headers: { ...headers, Location: signInAddress(signIn, back) } });
  }
  return new Response(page(status, text), {
    status,
    headers: { ...headers, 'Content-Type': 'text/html; charset=utf-8' },
  });
}

const page = (status: number, text: string): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${status}</title></head>
<body><h1>${status}</h1><p>${text}</p></body>
</html>
`;
