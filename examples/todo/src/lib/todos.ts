// Todos. Every call carries the user's session token, and every Todo is created with an ACL for its owner alone. So it is
// Astrolabe that keeps one user's todos from another, and not a `where` that someone may forget.
import type { Todo as Row, TodoCreate, TodoUpdate } from '../astrolabe/rest';
import { call } from './astrolabe';
import { done, type Result } from './problem';
import type { Session } from './session';

/** A todo as the pages show it. The names of its fields are those of the class, so the compiler knows when one changes. */
export type Todo = { id: string } & { [K in (typeof SHOWN)[number]]-?: NonNullable<Row[K]> };

export type TodoChanges = { [K in (typeof SHOWN)[number]]?: Todo[K] | undefined };

/** One page shows them all; past this number the oldest are not listed. */
const LISTED_MAX = 1000;
const BATCH_SIZE = 50;
const SHOWN = ['title', 'isCompleted'] as const satisfies (keyof Row)[];

/** A row that was made before a field was required, or elsewhere, may lack it. */
const toTodo = ({ objectId, title = '', isCompleted = false }: Row): Todo => ({ id: objectId, title, isCompleted });
const pathOf = (id: string) => `/classes/Todo/${encodeURIComponent(id)}`;

/** Newest first. */
export async function listTodos({ token }: Session): Promise<Result<Todo[]>> {
  const found = await call<{ results: Row[] }>('/classes/Todo', {
    token,
    query: { order: '-createdAt', limit: String(LISTED_MAX), keys: SHOWN.join(',') },
  });
  return found.ok ? done(found.data.results.map(toTodo)) : found;
}

export async function getTodo({ token }: Session, id: string): Promise<Result<Todo>> {
  const found = await call<Row>(pathOf(id), { token });
  return found.ok ? done(toTodo(found.data)) : found;
}

export async function createTodo({ user, token }: Session, title: string): Promise<Result<Todo>> {
  const ACL = { [user.id]: { read: true, write: true } };
  const body: TodoCreate = { title, isCompleted: false, ACL };
  const created = await call<{ objectId: string }>('/classes/Todo', {
    method: 'POST',
    token,
    body,
  });
  return created.ok ? done({ id: created.data.objectId, title, isCompleted: false }) : created;
}

export async function updateTodo(session: Session, id: string, changes: TodoChanges): Promise<Result<Todo>> {
  const body: TodoUpdate = changes;
  const updated = await call(pathOf(id), { method: 'PUT', token: session.token, body });
  return updated.ok ? getTodo(session, id) : updated;
}

export async function deleteTodo({ token }: Session, id: string): Promise<Result<{ id: string }>> {
  const deleted = await call(pathOf(id), { method: 'DELETE', token });
  return deleted.ok ? done({ id }) : deleted;
}

/** Deletes everything that is done and says which; one that somebody else deleted meanwhile is no failure. */
export async function clearCompleted(session: Session): Promise<Result<{ ids: string[] }>> {
  const todos = await listTodos(session);
  if (!todos.ok) return todos;
  const ids = todos.data.filter((todo) => todo.isCompleted).map((todo) => todo.id);
  for (let from = 0; from < ids.length; from += BATCH_SIZE) {
    const requests = ids.slice(from, from + BATCH_SIZE).map((id) => ({ method: 'DELETE', path: `/parse${pathOf(id)}` }));
    const deleted = await call('/batch', { method: 'POST', token: session.token, body: { requests } });
    if (!deleted.ok) return deleted;
  }
  return done({ ids });
}
