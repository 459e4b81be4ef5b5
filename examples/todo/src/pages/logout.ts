import type { APIRoute } from 'astro';
import { clearCookie, logOut } from '../lib/session';

export const POST: APIRoute = async ({ cookies, locals, redirect }) => {
  if (locals.session) await logOut(locals.session.token);
  clearCookie(cookies);
  return redirect('/login', 303);
};
