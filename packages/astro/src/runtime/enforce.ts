// The rules of the integration's options, for requests that the site answers itself.
import type { APIContext } from 'astro';
import config from 'virtual:astrolabe/config';
import { refusePrerendered } from '../protect/prerendered.ts';
import { judgeOf } from '../protect/rules.ts';
import { refuse, type Refusal } from './access.ts';
import type { AstrolabeLocals } from './locals.ts';

const judge = judgeOf(config.rules, config.base);
const endpoints = new Set(config.endpoints);

/** The refusal of this request, or `undefined` when it may go on. */
export async function enforce(context: APIContext): Promise<Response | undefined> {
  const refusal = await refusalOf(context);
  return refusal && refusalAnswer(context, refusal);
}

/** The answer that a refusal is, for whoever asked. */
export function refusalAnswer(context: APIContext, refusal: Refusal): Response {
  const { request, url } = context;
  return refuse(refusal, { request, url, isEndpoint: isEndpoint(context), signIn: config.signIn });
}

async function refusalOf(context: APIContext): Promise<Refusal | undefined> {
  const { url, routePattern } = context;
  const demand = judge({ pathname: url.pathname, routePattern, actions: actionsOf(url) });
  if (demand.kind === 'none') return undefined;
  if (context.isPrerendered) {
    if (config.refusesPrerendered) refusePrerendered(config.rules, [routePattern === '/404' ? routePattern : url.pathname]);
    return undefined;
  }
  if (demand.kind === 'malformed') return 'malformed';
  const locals = context.locals as AstrolabeLocals;
  if (!locals.user) return locals.sessionState === 'unavailable' ? 'unavailable' : 'signed-out';
  if (demand.roles.length === 0) return undefined;
  let held: readonly string[];
  try {
    held = await locals.roles();
  } catch (problem) {
    console.error('Astrolabe did not say which roles the user has:', problem instanceof Error ? problem.message : problem);
    return 'unavailable';
  }
  return demand.roles.every((any) => any.some((role) => held.includes(role))) ? undefined : 'forbidden';
}

/** Actions have a path of their own, and forms name theirs in the address of whatever page they are sent to. */
function actionsOf(url: URL): string[] {
  const named = url.searchParams.getAll('_action');
  const at = url.pathname.lastIndexOf('/_actions/');
  if (at >= 0) named.push(url.pathname.slice(at + '/_actions/'.length).replace(/\/$/, ''));
  return named.flatMap((name) => [name, decodedOnce(name)]);
}

function decodedOnce(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** Whoever asks for these is a program, and is told so in JSON. */
function isEndpoint({ routePattern, url }: APIContext): boolean {
  return endpoints.has(routePattern) || /^\/_(?:actions|server-islands)\//.test(routePattern) || url.searchParams.has('_action');
}
