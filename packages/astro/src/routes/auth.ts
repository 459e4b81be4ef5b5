// `/api/auth/…` of a built site without a front server: the accounts of the backend, on the site's own origin.
import type { APIRoute } from 'astro';
import config from 'virtual:astrolabe/config';
import { AUTH_PATH, below } from '../paths.ts';
import { addressOf } from '../runtime/accounts.ts';
import { environment } from '../runtime/environment.ts';
import { forward } from '../runtime/forward.ts';

export const prerender = false;

export const ALL: APIRoute = (context) => {
  const { request, url } = context;
  const asked = new URL(request.url);
  const prefix = below(config.base, AUTH_PATH);
  // As it came in, and nothing that only becomes a path of the accounts once it is decoded.
  if (!asked.pathname.startsWith(`${prefix}/`)) return new Response(null, { status: 404 });
  const rest = asked.pathname.slice(prefix.length);
  if (/%2f|%5c|\\|\.\.|\/\//i.test(rest)) return new Response(null, { status: 404 });
  const path = `${AUTH_PATH}${rest}${asked.search}`;
  return forward({ request, origin: url.origin, clientAddress: addressOf(context), backend: environment().url, path });
};
