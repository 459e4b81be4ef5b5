// Todos. Every call carries the user's session token, and every Todo is created with an ACL for its owner alone. So it is
// Astrolabe that keeps one user's todos from another, and not a `where` that someone may forget.
import { call } from './astrolabe';
import { done, type Result } from './problem';
import type { Session } from './session';

export interface Todo {
  id: string;
  title: string;
  isCompleted: boolean;
}

export type TodoChanges = { [K in 'title' | 'isCompleted']?: Todo[K] | undefined };

/** One page shows them all; past this number the oldest are not listed. */
const LISTED_MAX = 1000;
const BATCH_SIZE = 50;

/** What Astrolabe stores. A row made elsewhere, for example in the dashboard, may lack a field. */
interface Row {
  objectId: string;
  title?: string;
  isCompleted?: boolean;
}

const toTodo = ({ objectId, title = '', isCompleted = false }: Row): Todo => ({ id: objectId, title, isCompleted });
const pathOf = (id: string) => `/classes/Todo/${encodeURIComponent(id)}`;

/** Newest first. */
export async function listTodos({ token }: Session): Promise<Result<Todo[]>> {
  const found = await call<{ results: Row[] }>('/classes/Todo', {
    token,
    query: { order: '-createdAt', limit: String(LISTED_MAX), keys: 'title,isCompleted' },
  });
  return found.ok ? done(found.data.results.map(toTodo)) : found;
}

export async function getTodo({ token }: Session, id: string): Promise<Result<Todo>> {
  const found = await call<Row>(pathOf(id), { token });
  return found.ok ? done(toTodo(found.data)) : found;
}

export async function createTodo({ user, token }: Session, title: string): Promise<Result<Todo>> {
  const ACL = { [user.id]: { read: true, write: true } };
  const created = await call<{ objectId: string }>('/classes/Todo', {
    method: 'POST',
    token,
    body: { title, isCompleted: false, ACL },
  });
  return created.ok ? done({ id: created.data.objectId, title, isCompleted: false }) : created;
}

export async function updateTodo(session: Session, id: string, changes: TodoChanges): Promise<Result<Todo>> {
  const updated = await call(pathOf(id), { method: 'PUT', token: session.token, body: changes });
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
