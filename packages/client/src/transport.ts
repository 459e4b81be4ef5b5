// Requests to a server: headers, bounds of time, retries of reads, and errors. Knows no endpoint.
import { AstrolabeError, errorOfAnswer } from './errors.ts';
import { type JsonObject, isJsonObject } from './json.ts';

/** `fetch`, as far as it is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** When a read is sent again. */
export type RetryOptions = {
  /** How often at most, after the first time; 2 when not given. */
  attempts?: number | undefined;
  /** How long to wait before the attempt of that number, from 1, in milliseconds. */
  delayMs?: ((attempt: number) => number) | undefined;
};

/** How requests are sent. */
export type TransportOptions = {
  fetch: Fetch;
  headers: Record<string, string>;
  /** How long an attempt may take, in milliseconds. */
  timeoutMs: number;
  retry: { attempts: number; delayMs: (attempt: number) => number };
};

/** A request. */
export type Call = {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  url: string;
  headers?: Record<string, string>;
  body?: JsonObject | undefined;
  /** It changes nothing, so it can be sent again. */
  isSafe?: boolean;
  credentials?: RequestCredentials;
  signal?: AbortSignal | undefined;
};

/** Waits a second at first, twice as long each time, and a part of that by chance, so that clients do not come together. */
export const defaultDelayMs = (attempt: number): number => 500 * 2 ** attempt * (0.5 + Math.random() / 2);

/** The longest that a `Retry-After` of the server is waited for, in milliseconds. */
const RETRY_AFTER_MS_MAX = 10_000;

/** Sends a request and answers its JSON, or throws an `AstrolabeError`, or the reason of its signal. */
export async function send(call: Call, options: TransportOptions): Promise<unknown> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await attemptOnce(call, options);
    if ('value' in outcome) return outcome.value;
    const { error, retryAfterMs } = outcome;
    if (!call.isSafe || !passes(error) || attempt > options.retry.attempts) throw error;
    await pause(Math.min(retryAfterMs ?? options.retry.delayMs(attempt), RETRY_AFTER_MS_MAX), call.signal);
  }
}

type Outcome = { value: unknown } | { error: AstrolabeError; retryAfterMs?: number };

/** Whether a failure is one that passes. */
function passes({ kind, status }: AstrolabeError): boolean {
  return kind === 'network' || [429, 502, 503, 504].includes(status);
}

async function attemptOnce(call: Call, options: TransportOptions): Promise<Outcome> {
  call.signal?.throwIfAborted();
  const limit = bounded(call.signal, options.timeoutMs);
  const request = init(call, options, limit.signal);
  try {
    const response = await options.fetch(call.url, request);
    return read(response, await response.text());
  } catch (cause) {
    call.signal?.throwIfAborted();
    const message = limit.signal.aborted
      ? `There was no answer in ${options.timeoutMs} ms.`
      : 'The server cannot be reached.';
    return { error: new AstrolabeError(message, { kind: 'network', cause }) };
  } finally {
    limit.end();
  }
}

function init(call: Call, options: TransportOptions, signal: AbortSignal): RequestInit {
  const headers = new Headers({ ...options.headers, ...call.headers });
  if (call.body !== undefined) headers.set('Content-Type', 'application/json');
  return {
    method: call.method,
    headers,
    signal,
    // Keys and tokens would go along to wherever it leads.
    redirect: 'manual',
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    ...(call.credentials === undefined ? {} : { credentials: call.credentials }),
  };
}

function read(response: Response, text: string): Outcome {
  const { status } = response;
  const requestId = response.headers.get('X-Request-Id') ?? undefined;
  const body = parsed(text);
  if (response.ok && body !== undefined) return { value: body };
  if (response.ok) {
    return { error: new AstrolabeError('The answer is no JSON.', { kind: 'bad_answer', status, requestId }) };
  }
  if (response.type === 'opaqueredirect' || (status >= 300 && status < 400)) {
    const message = 'The answer is a redirect, which is not followed: use the address that it leads to.';
    return { error: new AstrolabeError(message, { kind: 'bad_answer', status, requestId }) };
  }
  const error = errorOfAnswer(status, body, requestId);
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN);
  return Number.isFinite(seconds) ? { error, retryAfterMs: Math.max(0, seconds * 1000) } : { error };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A signal that the caller's signal or the time ends. */
function bounded(outer: AbortSignal | undefined, ms: number): { signal: AbortSignal; end: () => void } {
  const controller = new AbortController();
  const abort = (): void => controller.abort(outer?.reason);
  const timer = setTimeout(() => controller.abort(), ms);
  outer?.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    end: () => {
      clearTimeout(timer);
      outer?.removeEventListener('abort', abort);
    },
  };
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end);
      resolve();
    }, ms);
    signal?.addEventListener('abort', end, { once: true });
  });
}

/** The members of an answer; one that is no object has none. */
export function members(answer: unknown): JsonObject {
  return isJsonObject(answer) ? answer : {};
}
