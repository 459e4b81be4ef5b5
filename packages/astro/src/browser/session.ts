// Who is signed in, as the browser knows it: asked once per page, and again when a page comes back or somebody signs in
// or out in it. The cookie is out of reach for scripts, and so is the session's token here.

/** What scripts may know of the user. */
export interface BrowserUser {
  id: string;
  name: string;
  email: string | null;
  image: string | null;
}

/** `undefined` until it is known, `null` when nobody is signed in. */
export type BrowserSession = BrowserUser | null | undefined;

type Listener = (session: BrowserSession) => void;

const base = (import.meta as unknown as { env?: { BASE_URL?: string } }).env?.BASE_URL ?? '/';
const address = `${base.replace(/\/+$/, '')}/api/auth/get-session`;

const listeners = new Set<Listener>();
let current: BrowserSession;
let asking: Promise<BrowserSession> | undefined;

/** The user, as it is known now. */
export const session = (): BrowserSession => current;

/** Calls `listener` with the user now and after every change; answers how to stop that. */
export function watchSession(listener: Listener): () => void {
  listeners.add(listener);
  listener(current);
  if (current === undefined) void refreshSession();
  return () => listeners.delete(listener);
}

/** Asks anew who is signed in, after signing in or out without leaving the page. */
export function refreshSession(): Promise<BrowserSession> {
  asking ??= ask().finally(() => (asking = undefined));
  return asking;
}

async function ask(): Promise<BrowserSession> {
  try {
    const response = await fetch(address, { headers: { accept: 'application/json' }, cache: 'no-store' });
    if (!response.ok) return current;
    const answer = (await response.json()) as { user?: Record<string, unknown> } | null;
    set(answer?.user ? userOf(answer.user) : null);
  } catch {
    // Offline, or the backend is away: what was known stays.
  }
  return current;
}

function userOf(user: Record<string, unknown>): BrowserUser {
  const textOf = (name: string): string | null => (typeof user[name] === 'string' ? user[name] : null);
  return { id: textOf('id') ?? '', name: textOf('name') ?? '', email: textOf('email'), image: textOf('image') };
}

function set(next: BrowserSession): void {
  current = next;
  for (const listener of [...listeners]) listener(next);
}

// A page out of the browser's memory may show somebody who has signed out since.
globalThis.addEventListener?.('pageshow', (event) => {
  if ((event as PageTransitionEvent).persisted) void refreshSession();
});
