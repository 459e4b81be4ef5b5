// The page's side of src/pages/api/todos.ts. It knows no keys: the cookie goes along by itself.
import { failed, type Issue, type Result } from '../lib/problem';
import type { Todo, TodoChanges } from '../lib/todos';

export const listTodos = () => request<Todo[]>('GET');
export const createTodo = (title: string) => request<Todo>('POST', '', { title });
export const updateTodo = (id: string, changes: TodoChanges) => request<Todo>('PATCH', '', { id, ...changes });
export const deleteTodo = (id: string) => request<{ id: string }>('DELETE', `?id=${encodeURIComponent(id)}`);
export const clearCompleted = () => request<{ ids: string[] }>('DELETE', '?completed');

async function request<T>(method: string, query = '', body?: object): Promise<Result<T>> {
  try {
    const response = await fetch(`/api/todos${query}`, {
      method,
      // A change that is on its way gets there even if the page is left before the answer.
      keepalive: method !== 'GET',
      ...(body && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as { data: T } | { error: string; code: string; issues?: Issue[] };
    if ('data' in answer) return { ok: true, data: answer.data };
    if (response.status === 401) location.assign('/login?ended');
    return failed(response.status, answer.code, answer.error, answer.issues);
  } catch {
    return failed(0, 'offline', 'That did not get through. Check your connection and try again.');
  }
}
