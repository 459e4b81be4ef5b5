// Passing a request for the backend's accounts on to it, where no front server does: on Node, Bun and the edge.
// Only what the backend has to know goes along, and only its own cookies.
import { backendCookies, isBackendCookie } from './cookies.ts';

const BODY_BYTES_MAX = 1024 * 1024;
const PATIENCE_MS = 30_000;
const HEADERS_TO_BACKEND = ['accept', 'accept-language', 'content-type', 'user-agent', 'sec-fetch-site', 'sec-fetch-mode', 'sec-fetch-dest'];
const HEADERS_TO_BROWSER = ['content-type', 'location', 'cache-control', 'pragma', 'retry-after', 'x-retry-after', 'x-request-id'];

export interface Forwarded {
  request: Request;
  /** The site's own address, as the browser knows it. */
  origin: string;
  /** Where the request came from. */
  clientAddress: string | undefined;
  /** The backend's address. */
  backend: string;
  /** The path at the backend, with the query. */
  path: string;
}

/** Does the request at the backend, and gives its answer. */
export async function forward({ request, origin, clientAddress, backend, path }: Forwarded): Promise<Response> {
  const isWrite = request.method !== 'GET' && request.method !== 'HEAD';
  const from = originOf(request);
  if (isWrite && from !== undefined && from !== origin) return problem(403, 'INVALID_ORIGIN', 'Invalid origin');
  const body = isWrite ? await limited(request) : null;
  if (body === 'too large') return problem(413, 'PAYLOAD_TOO_LARGE', 'The body is too large');
  try {
    const response = await fetch(`${backend}${path}`, {
      method: request.method,
      headers: headersFor(request, { origin, from, clientAddress, backend }),
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return answerOf(response);
  } catch (cause) {
    console.error('Astrolabe did not answer:', cause instanceof Error ? cause.message : cause);
    return problem(503, 'SERVICE_UNAVAILABLE', 'The accounts are out of reach');
  }
}

/** Where a browser says that the request comes from; `undefined` for programs that say nothing. */
function originOf(request: Request): string | undefined {
  const origin = request.headers.get('origin');
  if (origin !== null) return origin;
  const referer = request.headers.get('referer');
  return referer === null ? undefined : (URL.parse(referer)?.origin ?? 'null');
}

type Sender = Pick<Forwarded, 'origin' | 'clientAddress' | 'backend'> & { from: string | undefined };

function headersFor(request: Request, { origin, from, clientAddress, backend }: Sender): Headers {
  const headers = new Headers();
  for (const name of HEADERS_TO_BACKEND) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  const cookies = backendCookies(request.headers.get('cookie'));
  if (cookies !== undefined) headers.set('cookie', cookies);
  // It has been compared with the site's own; to the backend the site is the backend.
  if (from !== undefined) headers.set('origin', new URL(backend).origin);
  const site = new URL(origin);
  headers.set('x-forwarded-host', site.host);
  headers.set('x-forwarded-proto', site.protocol.slice(0, -1));
  if (clientAddress !== undefined) headers.set('x-forwarded-for', clientAddress);
  return headers;
}

async function limited(request: Request): Promise<Uint8Array<ArrayBuffer> | 'too large' | null> {
  if (Number(request.headers.get('content-length') ?? 0) > BODY_BYTES_MAX) return 'too large';
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength;
    if (length > BODY_BYTES_MAX) return 'too large';
    chunks.push(chunk);
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.byteLength;
  }
  return body;
}

function answerOf(response: Response): Response {
  const headers = new Headers();
  for (const name of HEADERS_TO_BROWSER) {
    const value = response.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  for (const cookie of response.headers.getSetCookie()) if (isBackendCookie(cookie)) headers.append('set-cookie', cookie);
  if (!headers.has('cache-control')) headers.set('cache-control', 'private, no-store');
  return new Response(response.body, { status: response.status, headers });
}

const problem = (status: number, code: string, message: string): Response =>
  Response.json({ message, code }, { status, headers: { 'cache-control': 'no-store' } });
