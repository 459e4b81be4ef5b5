// Every request for a page or the API passes here: who is it, may they come in, and what the browser is told about the
// answer. Files under /_astro and public/ do not; the server sends those by itself.
import { defineMiddleware, sequence } from 'astro:middleware';
import { failed } from './lib/problem';
import { refuse } from './lib/respond';
import { clearCookie, readCookie, resume } from './lib/session';

const GUEST_PAGES = new Set(['/login', '/signup']);
const MEMBER_PAGES = new Set(['/']);
const isApi = (url: URL) => url.pathname.startsWith('/api/');

const protect = defineMiddleware(async ({ url }, next) => {
  const response = await next().catch((cause: unknown) => {
    // A page that breaks is shown as src/pages/500.astro; whoever calls the API wants JSON.
    if (!isApi(url)) throw cause;
    console.error(cause);
    return refuse(failed(500, 'internal', 'Something broke. That was our fault, not yours.').problem);
  });
  const { headers } = response;
  // Every answer is about one person.
  headers.set('Cache-Control', 'private, no-store');
  headers.set('X-Content-Type-Options', 'nosniff');
  headers.set('Referrer-Policy', 'same-origin');
  headers.set('X-Frame-Options', 'DENY');
  // `astro dev` itself puts inline scripts and styles into the page, so the policy is for what is built.
  if (import.meta.env.PROD && !isApi(url)) {
    headers.set(
      'Content-Security-Policy',
      "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    );
  }
  return response;
});

/** Astro checks the origin of form posts; this does it for every other write to the API. */
const sameOrigin = defineMiddleware(({ request, url }, next) => {
  if (!isApi(url) || request.method === 'GET' || request.method === 'HEAD') return next();
  const site = request.headers.get('sec-fetch-site');
  const allowed = site ? site === 'same-origin' : request.headers.get('origin') === url.origin;
  return allowed ? next() : refuse(failed(403, 'cross_origin', 'Requests from other sites are refused.').problem);
});

const identify = defineMiddleware(async ({ cookies, locals }, next) => {
  locals.user = null;
  locals.session = null;
  locals.problem = null;
  const token = readCookie(cookies);
  if (!token) return next();
  const resumed = await resume(token);
  if (resumed.ok) {
    locals.session = resumed.data;
    locals.user = resumed.data.user;
    return next();
  }
  locals.problem = resumed.problem;
  // Only a refused token is thrown away. When Astrolabe cannot be asked, the cookie stays for the next try.
  if (resumed.problem.status === 401) clearCookie(cookies);
  return next();
});

const gate = defineMiddleware(({ locals, redirect, url }, next) => {
  const { session, problem } = locals;
  if (session) return GUEST_PAGES.has(url.pathname) ? redirect('/', 303) : next();
  if (isApi(url)) return refuse(problem ?? failed(401, 'signed_out', 'Log in first.').problem);
  if (!MEMBER_PAGES.has(url.pathname)) return next();
  if (!problem) return redirect('/login', 303);
  // Out of reach is no reason to log anybody out: the page is shown, and says what is wrong.
  return problem.status === 401 ? redirect('/login?ended', 303) : next();
});

export const onRequest = sequence(protect, sameOrigin, identify, gate);
