// Before everything else of the site: whose request is it, and may they come in.
import type { APIContext, MiddlewareNext } from 'astro';
import { AUTH_ROUTE } from '../paths.ts';
import { hasSessionCookie } from './cookies.ts';
import { withClient } from './context.ts';
import { enforce, refusalAnswer } from './enforce.ts';
import { environment } from './environment.ts';
import { isAccessError } from './access.ts';
import { localsOf, type AstrolabeLocals } from './locals.ts';
import { callerOf, SIGNED_OUT, type Caller } from './session.ts';

/** The requests that have been through here; a rewrite comes again, with the same locals and perhaps another request. */
const callers = new WeakMap<object, Caller>();

export async function onRequest(context: APIContext, next: MiddlewareNext): Promise<Response> {
  const caller = await resolve(context);
  const locals = context.locals as AstrolabeLocals;
  const refused = await enforce(context);
  const response = refused ?? (await withClient(() => locals.astrolabe, () => answer(context, next)));
  return context.isPrerendered ? response : finished(context, response, caller);
}

async function resolve(context: APIContext): Promise<Caller> {
  const known = callers.get(context.locals);
  if (known) return known;
  // A page that is made at build time is for everybody; there is no caller, and there are no headers to look at. And what
  // is passed on to the accounts is judged there.
  const isNobodys = context.isPrerendered || context.routePattern === AUTH_ROUTE;
  const caller = isNobodys ? SIGNED_OUT : await callerOf(context.request, environment);
  // With their getters: the client is made when it is first used.
  Object.defineProperties(context.locals, Object.getOwnPropertyDescriptors(localsOf(caller)));
  callers.set(context.locals, caller);
  return caller;
}

async function answer(context: APIContext, next: MiddlewareNext): Promise<Response> {
  try {
    return await next();
  } catch (problem) {
    if (isAccessError(problem) && !context.isPrerendered) return refusalAnswer(context, problem.refusal);
    throw problem;
  }
}

/** What a signed-in user gets is kept by nobody else, and what nobody gets is not what a user would get. */
function finished(context: APIContext, response: Response, caller: Caller): Response {
  const isPersonal = hasSessionCookie(context.request.headers.get('cookie'));
  const isPage = response.headers.get('content-type')?.startsWith('text/html') ?? false;
  if (!isPersonal && !isPage) return response;
  const changed = writable(response);
  if (!/\bcookie\b|\*/i.test(changed.headers.get('vary') ?? '')) changed.headers.append('Vary', 'Cookie');
  if (isPersonal && !changed.headers.has('cache-control')) changed.headers.set('Cache-Control', 'private, no-store');
  const own = new Set(changed.headers.getSetCookie().map(nameOf));
  for (const cookie of caller.setCookies) if (!own.has(nameOf(cookie))) changed.headers.append('Set-Cookie', cookie);
  return changed;
}

const nameOf = (cookie: string): string => cookie.slice(0, cookie.indexOf('='));

/** Redirects made by `Response.redirect`, and answers of `fetch`, refuse changes of their headers. */
function writable(response: Response): Response {
  try {
    response.headers.delete('x-astrolabe-probe');
    return response;
  } catch {
    return new Response(response.body, response);
  }
}
