// The whole client: one function that calls Astrolabe's Parse-compatible REST API, and one table that turns its answers
// into problems people understand. It runs on the server only; the keys come from the environment and stay here.
import { ASTROLABE_APP_ID, ASTROLABE_REST_KEY, ASTROLABE_URL } from 'astro:env/server';
import { done, failed, type Result } from './problem';

const TIMEOUT_MS = 10_000;

interface Call {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Acts as this user; without it the call is anonymous. */
  token?: string;
  query?: Record<string, string>;
  body?: unknown;
}

/** `path` is below the Parse mount, for example `/classes/Todo`. `T` is what a success looks like. */
export async function call<T>(path: string, { method = 'GET', token, query, body }: Call = {}): Promise<Result<T>> {
  const url = new URL(`${ASTROLABE_URL.replace(/\/+$/, '')}/parse${path}`);
  for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);

  const headers = new Headers({
    'X-Parse-Application-Id': ASTROLABE_APP_ID,
    'X-Parse-REST-API-Key': ASTROLABE_REST_KEY,
  });
  if (token) headers.set('X-Parse-Session-Token', token);
  if (body !== undefined) headers.set('Content-Type', 'application/json');

  try {
    const response = await fetch(url, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const answer: unknown = await response.json();
    return response.ok ? done(answer as T) : explain(response.status, answer);
  } catch (cause) {
    // Refused, cut off, too slow, or not JSON: whatever is at that address, it is not a working Astrolabe.
    console.error(`Astrolabe did not answer ${method} ${path}:`, cause instanceof Error ? cause.message : cause);
    return unavailable();
  }
}

const unavailable = () =>
  failed(503, 'backend_unavailable', 'The server that keeps your todos is not answering. Nothing is lost; try again in a moment.');

function explain(status: number, answer: unknown): Result<never> {
  const { code, error } = (answer ?? {}) as { code?: number; error?: string };
  if (status === 429) return failed(429, 'too_many_requests', 'Too many attempts. Wait a minute, then try again.');
  if (status >= 500) {
    console.error(`Astrolabe answered ${status}:`, error ?? code);
    return unavailable();
  }
  switch (code) {
    case 101:
      return failed(404, 'not_found', 'That is not here any more.');
    case 119:
      return failed(403, 'forbidden', 'You may not do that.');
    case 202:
      return failed(409, 'username_taken', 'Someone already has that name. Try another one.');
    case 206:
    case 209:
      return failed(401, 'session_ended', 'Your session has ended. Log in again.');
    case undefined:
      // No code: the application id or the key was refused, before the request was looked at.
      console.error(`Astrolabe answered ${status} ${error ?? ''}: check ASTROLABE_APP_ID and ASTROLABE_REST_KEY.`);
      return failed(500, 'backend_refused', 'This site is not set up correctly. Its owner has to look at it.');
    default:
      return failed(400, 'invalid', error ?? 'That did not work.');
  }
}
