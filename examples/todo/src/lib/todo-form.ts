// The same five things the API does, for a browser without JavaScript: each button in the page is named `intent`.
import { changedTodo, newTodo, oneTodo, validate } from './input';
import { failed, type Result } from './problem';
import type { Session } from './session';
import { clearCompleted, createTodo, deleteTodo, updateTodo } from './todos';

export async function submitTodoForm(session: Session, form: Record<string, string>): Promise<Result<unknown>> {
  const { intent, id, title } = form;
  switch (intent) {
    case 'create': {
      const input = validate(newTodo, { title });
      return input.ok ? createTodo(session, input.data.title) : input;
    }
    case 'rename':
      return change(session, { id, title });
    case 'complete':
    case 'reopen':
      return change(session, { id, isCompleted: intent === 'complete' });
    case 'delete': {
      const input = validate(oneTodo, { id });
      return input.ok ? deleteTodo(session, input.data.id) : input;
    }
    case 'clear':
      return clearCompleted(session);
    default:
      return failed(400, 'invalid_input', 'This page does not know that button.');
  }
}

async function change(session: Session, input: object): Promise<Result<unknown>> {
  const valid = validate(changedTodo, input);
  if (!valid.ok) return valid;
  const { id, ...changes } = valid.data;
  return updateTodo(session, id, changes);
}
