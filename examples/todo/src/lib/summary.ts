// Counting, and the words for it. The page uses it on the server, and the script in the page after every change.

export const VIEWS = ['all', 'active', 'done'] as const;
export type View = (typeof VIEWS)[number];

export type Counts = Record<View, number>;

export const toView = (text: string | null): View => VIEWS.find((view) => view === text) ?? 'all';

export const addressOf = (view: View): string => (view === 'all' ? '/' : `/?show=${view}`);

export const belongs = (isCompleted: boolean, view: View): boolean =>
  view === 'all' || isCompleted === (view === 'done');

export function count(todos: readonly { isCompleted: boolean }[]): Counts {
  const finished = todos.filter((todo) => todo.isCompleted).length;
  return { all: todos.length, active: todos.length - finished, done: finished };
}

const WORDS = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine', 'Ten'];

export function headline({ all, active }: Counts): string {
  if (all === 0) return 'A clear sky';
  if (active === 0) return 'All done';
  return `${WORDS[active] ?? active} ${active === 1 ? 'thing' : 'things'} to do`;
}

/** How far the pointer of the dial has gone round, 0 to 1. */
export const progress = ({ all, done }: Counts): number => (all === 0 ? 0 : done / all);
