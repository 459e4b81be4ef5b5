// The todos of whoever is logged in, as JSON. src/middleware.ts has already turned away everyone else.
//   GET               all of them, or one with ?id=
//   POST              { title }
//   PATCH, PUT        { id, title?, isCompleted? }; the id may also be in the address
//   DELETE            { id } or ?id=; with ?completed everything that is done
import type { APIContext, APIRoute } from 'astro';
import { changedTodo, newTodo, oneTodo, readJson, validate } from '../../lib/input';
import { failed } from '../../lib/problem';
import { refuse, respond } from '../../lib/respond';
import type { Session } from '../../lib/session';
import { clearCompleted, createTodo, deleteTodo, getTodo, listTodos, updateTodo } from '../../lib/todos';

export const GET: APIRoute = async (context) => {
  const session = sessionOf(context);
  if (!context.url.searchParams.has('id')) return respond(await listTodos(session));
  const input = validate(oneTodo, addressed(context, {}));
  return input.ok ? respond(await getTodo(session, input.data.id)) : refuse(input.problem);
};

export const POST: APIRoute = async (context) => {
  const body = await readJson(context.request);
  if (!body.ok) return refuse(body.problem);
  const input = validate(newTodo, body.data);
  return input.ok ? respond(await createTodo(sessionOf(context), input.data.title), 201) : refuse(input.problem);
};

export const PATCH: APIRoute = async (context) => {
  const body = await readJson(context.request);
  if (!body.ok) return refuse(body.problem);
  const input = validate(changedTodo, addressed(context, body.data));
  if (!input.ok) return refuse(input.problem);
  const { id, ...changes } = input.data;
  return respond(await updateTodo(sessionOf(context), id, changes));
};

export const PUT = PATCH;

export const DELETE: APIRoute = async (context) => {
  if (context.url.searchParams.has('completed')) return respond(await clearCompleted(sessionOf(context)));
  const body = await readJson(context.request);
  if (!body.ok) return refuse(body.problem);
  const input = validate(oneTodo, addressed(context, body.data));
  return input.ok ? respond(await deleteTodo(sessionOf(context), input.data.id)) : refuse(input.problem);
};

export const ALL: APIRoute = () =>
  refuse(failed(405, 'method_not_allowed', 'Use GET, POST, PATCH, PUT or DELETE.').problem, {
    Allow: 'GET, HEAD, POST, PATCH, PUT, DELETE',
  });

function sessionOf({ locals }: APIContext): Session {
  if (!locals.session) throw new Error('The middleware lets nobody in here without a session.');
  return locals.session;
}

/** The input, with the id from the address if there is one. */
function addressed({ url }: APIContext, body: Record<string, unknown>): Record<string, unknown> {
  const id = url.searchParams.get('id');
  return id === null ? body : { ...body, id };
}
