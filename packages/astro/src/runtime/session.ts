// Whose request it is: the backend is asked once, with the cookie that came in.
import { z } from 'astro/zod';
import { AUTH_PATH } from '../paths.ts';
import { backendCookies, hasSessionCookie, isBackendCookie } from './cookies.ts';
import type { Environment } from './environment.ts';

const PATIENCE_MS = 10_000;

const text = z.string();
const time = z.coerce.date();
const answer = z
  .object({
    session: z.object({ id: text, token: text, userId: text, expiresAt: time, createdAt: time, updatedAt: time }),
    user: z.looseObject({
      id: text,
      name: text,
      email: text.nullable(),
      emailVerified: z.boolean(),
      image: text.nullish().transform((value) => value ?? null),
      createdAt: time,
      updatedAt: time,
    }),
  })
  .nullable();

type Answer = NonNullable<z.output<typeof answer>>;
/** Who is signed in. */
export type User = Answer['user'];
/** The session that the request came with. `token` acts as the user: it stays on the server. */
export type Session = Answer['session'];

/** What is known of the caller. */
export type Caller =
  | { state: 'signed-in'; user: User; session: Session; setCookies: string[] }
  /** A cookie came in whose session is over. */
  | { state: 'ended'; setCookies: string[] }
  | { state: 'signed-out'; setCookies: never[] }
  /** The backend could not be asked. Nobody is let in, and nobody is signed out. */
  | { state: 'unavailable'; setCookies: never[] };

export const SIGNED_OUT: Caller = { state: 'signed-out', setCookies: [] };

/** Asks whose session the request has. A request without its cookie is nobody's, and nobody is asked. */
export async function callerOf(request: Request, backend: () => Environment): Promise<Caller> {
  const header = request.headers.get('cookie');
  if (!hasSessionCookie(header)) return SIGNED_OUT;
  try {
    const { url } = backend();
    const response = await fetch(`${url}${AUTH_PATH}/get-session`, {
      headers: { accept: 'application/json', cookie: backendCookies(header) ?? '', ...userAgent(request) },
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    const setCookies = response.headers.getSetCookie().filter(isBackendCookie);
    const found = answer.parse(await response.json());
    return found ? { state: 'signed-in', ...found, setCookies } : { state: 'ended', setCookies };
  } catch (problem) {
    console.error('Astrolabe did not say whose session it is:', problem instanceof Error ? problem.message : problem);
    return { state: 'unavailable', setCookies: [] };
  }
}

function userAgent(request: Request): Record<string, string> {
  const agent = request.headers.get('user-agent');
  return agent ? { 'user-agent': agent } : {};
}
