// After the site's own middleware: a rewrite in there leads to another page, which has rules of its own.
import type { APIContext, MiddlewareNext } from 'astro';
import { enforce } from './enforce.ts';

export async function onRequest(context: APIContext, next: MiddlewareNext): Promise<Response> {
  return (await enforce(context)) ?? next();
}
