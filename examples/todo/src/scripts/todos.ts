// Makes the list quick: every change shows at once and is sent behind the scenes, and is taken back with a message if it
// did not work. The rows in the page are the state; the forms in them are the same ones that work without this script.
import type { Result } from '../lib/problem';
import { addressOf, belongs, count, headline, progress, toView, VIEWS, type View } from '../lib/summary';
import type { Todo } from '../lib/todos';
import { clearCompleted, createTodo, deleteTodo, listTodos, updateTodo } from './api';
import { toast } from './toast';

const STALE_MS = 15_000;

const list = document.querySelector<HTMLElement>('[data-list]');
if (list) start(list);

function start(list: HTMLElement): void {
  const one = <E extends Element>(selector: string, within: ParentNode = list): E => {
    const found = within.querySelector<E>(selector);
    if (!found) throw new Error(`The page lacks ${selector}`);
    return found;
  };
  const ul = one<HTMLUListElement>('[data-todos]');
  const template = one<HTMLTemplateElement>('[data-row]');
  const composer = one<HTMLFormElement>('[data-composer]');
  const composerField = one<HTMLInputElement>('input[name=title]', composer);
  const sync = one<HTMLElement>('[data-sync]');
  const clear = one<HTMLFormElement>('[data-clear]');
  let view: View = toView(list.dataset['view'] ?? null);
  let syncedAt = Date.now();
  /** Writes that have not been answered yet, and how many there have been at all. */
  let underWay = 0;
  let writes = 0;

  // Rows

  const rows = () => [...ul.querySelectorAll<HTMLLIElement>('.todo')];
  const isDone = (row: HTMLElement) => row.dataset['done'] === 'true';
  const titleOf = (row: HTMLElement) => one<HTMLElement>('.todo-title', row).textContent ?? '';
  const checkOf = (row: HTMLElement) => one<HTMLButtonElement>('.todo-check', row);
  const idOf = (row: HTMLElement) => row.dataset['id'] ?? '';
  const isBusy = (row: HTMLElement) => 'busy' in row.dataset;

  function show(row: HTMLLIElement, { id, title, isCompleted }: Todo): void {
    row.dataset['id'] = id;
    row.dataset['done'] = String(isCompleted);
    one<HTMLInputElement>('input[name=id]', row).value = id;
    one<HTMLElement>('.todo-title', row).textContent = title;
    const check = checkOf(row);
    check.value = isCompleted ? 'reopen' : 'complete';
    check.setAttribute('aria-checked', String(isCompleted));
    check.setAttribute('aria-label', title);
    one('.todo-edit', row).setAttribute('aria-label', `Edit “${title}”`);
    one('.todo-delete', row).setAttribute('aria-label', `Delete “${title}”`);
    if (!isEditing(row)) one<HTMLInputElement>('.todo-field', row).value = title;
  }

  const todoOf = (row: HTMLElement): Todo => ({ id: idOf(row), title: titleOf(row), isCompleted: isDone(row) });

  function newRow(todo: Todo): HTMLLIElement {
    const row = one<HTMLLIElement>('.todo', template.content).cloneNode(true) as HTMLLIElement;
    show(row, todo);
    return row;
  }

  /** Brings everything that follows from the rows up to date: which are seen, the numbers, the headline, the dial. */
  function refresh(): void {
    const counts = count(rows().map(todoOf));
    for (const row of rows()) row.hidden = !belongs(isDone(row), view) && !isEditing(row);
    for (const name of VIEWS) {
      one(`[data-count=${name}]`).textContent = String(counts[name]);
      one<HTMLElement>(`[data-empty=${name}]`).hidden = name !== view || counts[name] > 0;
      const link = one(`[data-view-link=${name}]`);
      if (name === view) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    clear.hidden = counts.done === 0;
    one('[data-headline]').textContent = headline(counts);
    const dial = one('.list-head [data-dial]');
    one('.dial-arc', dial).setAttribute('stroke-dasharray', `${progress(counts) * 100} 101`);
    one('.dial-rule', dial).setAttribute('transform', `rotate(${progress(counts) * 360})`);
  }

  async function collapse(row: HTMLElement): Promise<void> {
    if (row.hidden || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    const height = `${row.offsetHeight}px`;
    const motion = [{ height, opacity: 1 }, { height: '0', opacity: 0 }];
    await row.animate(motion, { duration: 180, easing: 'ease' }).finished;
  }

  async function write<T>(request: Promise<Result<T>>): Promise<Result<T>> {
    writes += 1;
    underWay += 1;
    ul.setAttribute('aria-busy', 'true');
    const result = await request;
    underWay -= 1;
    if (underWay === 0) ul.removeAttribute('aria-busy');
    return result;
  }

  /** Sends a change that is already on screen; `undo` takes it off again if the server says no. */
  async function send<T>(row: HTMLElement, request: Promise<Result<T>>, undo: () => void): Promise<T | undefined> {
    row.toggleAttribute('data-busy', true);
    const result = await write(request);
    row.removeAttribute('data-busy');
    if (result.ok) return result.data;
    undo();
    refresh();
    toast(result.problem.error);
    return undefined;
  }

  // The five things to do

  async function create(title: string): Promise<void> {
    const row = newRow({ id: '', title, isCompleted: false });
    row.dataset['new'] = '';
    ul.prepend(row);
    if (view === 'done') changeView('all');
    refresh();
    const todo = await send(row, createTodo(title), () => {
      row.remove();
      if (!composerField.value) composerField.value = title;
    });
    if (todo) show(row, todo);
  }

  async function toggle(row: HTMLLIElement): Promise<void> {
    const before = todoOf(row);
    const after = { ...before, isCompleted: !before.isCompleted };
    show(row, after);
    const sent = send(row, updateTodo(before.id, { isCompleted: after.isCompleted }), () => show(row, before));
    if (!belongs(after.isCompleted, view)) {
      moveFocusFrom(row);
      await collapse(row);
    }
    refresh();
    await sent;
  }

  async function rename(row: HTMLLIElement, title: string): Promise<void> {
    const before = todoOf(row);
    stopEditing(row);
    if (title === before.title) return;
    show(row, { ...before, title });
    const todo = await send(row, updateTodo(before.id, { title }), () => show(row, before));
    if (todo) show(row, todo);
  }

  async function remove(row: HTMLLIElement): Promise<void> {
    const after = row.nextElementSibling;
    moveFocusFrom(row);
    const gone = collapse(row).then(() => {
      row.remove();
      refresh();
    });
    const undo = () => void gone.then(() => {
      ul.insertBefore(row, after?.parentElement === ul ? after : null);
      refresh();
    });
    await send(row, deleteTodo(idOf(row)), undo);
  }

  async function removeDone(): Promise<void> {
    const button = one<HTMLButtonElement>('button', clear);
    button.disabled = true;
    const result = await write(clearCompleted());
    button.disabled = false;
    if (!result.ok) {
      toast(result.problem.error);
      return;
    }
    const gone = rows().filter((row) => result.data.ids.includes(idOf(row)));
    await Promise.all(gone.map(collapse));
    for (const row of gone) row.remove();
    refresh();
    composerField.focus();
  }

  // Editing a title in its place

  const isEditing = (row: HTMLElement) => 'editing' in row.dataset;

  function setEditing(row: HTMLLIElement, editing: boolean): void {
    row.toggleAttribute('data-editing', editing);
    checkOf(row).type = editing ? 'button' : 'submit';
    const field = one<HTMLInputElement>('.todo-field', row);
    field.disabled = !editing;
    field.hidden = !editing;
    field.value = titleOf(row);
    for (const name of ['save', 'cancel']) one<HTMLElement>(`.todo-${name}`, row).hidden = !editing;
    for (const name of ['edit', 'delete']) one<HTMLElement>(`.todo-${name}`, row).hidden = editing;
  }

  function startEditing(row: HTMLLIElement): void {
    for (const other of rows()) if (isEditing(other)) stopEditing(other);
    setEditing(row, true);
    const field = one<HTMLInputElement>('.todo-field', row);
    field.focus();
    field.select();
  }

  function stopEditing(row: HTMLLIElement): void {
    const hadFocus = row.contains(document.activeElement);
    setEditing(row, false);
    refresh();
    if (hadFocus && !row.hidden) checkOf(row).focus();
  }

  // Getting about

  function moveFocusFrom(row: HTMLElement, step?: -1 | 1): void {
    const seen = rows().filter((other) => !other.hidden);
    const at = seen.indexOf(row as HTMLLIElement);
    if (!step && !row.contains(document.activeElement)) return;
    const next = step ? seen[at + step] : (seen[at + 1] ?? seen[at - 1]);
    if (next) checkOf(next).focus();
    else if (step !== 1) composerField.focus();
  }

  function changeView(next: View): void {
    view = next;
    list.dataset['view'] = next;
    history.pushState(null, '', addressOf(next));
    refresh();
  }

  /** Takes over what changed elsewhere, for example on another device, without touching what is being worked on. */
  async function catchUp(): Promise<void> {
    if (underWay > 0) return;
    const writesBefore = writes;
    syncedAt = Date.now();
    sync.toggleAttribute('data-busy', true);
    const result = await listTodos();
    sync.removeAttribute('data-busy');
    // What was written meanwhile may or may not be in this answer.
    if (!result.ok || writes !== writesBefore) return;
    const known = new Map(rows().map((row) => [idOf(row), row]));
    const current = result.data.map((todo) => {
      const row = known.get(todo.id) ?? newRow(todo);
      if (!isEditing(row)) show(row, todo);
      return row;
    });
    const focused = document.activeElement;
    ul.replaceChildren(...current);
    if (focused instanceof HTMLElement && ul.contains(focused)) focused.focus();
    refresh();
  }

  // Wiring

  composer.addEventListener('submit', (event) => {
    event.preventDefault();
    const title = composerField.value.trim();
    composerField.value = '';
    composerField.focus();
    if (title) void create(title);
  });

  clear.addEventListener('submit', (event) => {
    event.preventDefault();
    void removeDone();
  });

  const rowOf = (target: EventTarget | null): HTMLLIElement | null =>
    target instanceof Element ? target.closest<HTMLLIElement>('.todo') : null;

  ul.addEventListener('submit', (event) => {
    const row = rowOf(event.target);
    if (!row) return;
    event.preventDefault();
    if (isBusy(row)) return;
    if (isEditing(row)) {
      const title = one<HTMLInputElement>('.todo-field', row).value.trim();
      if (title) void rename(row, title);
    } else if (event.submitter?.classList.contains('todo-delete')) void remove(row);
    else void toggle(row);
  });

  ul.addEventListener('click', (event) => {
    const row = rowOf(event.target);
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!row || !link || !isPlain(event)) return;
    event.preventDefault();
    if (link.classList.contains('todo-cancel')) stopEditing(row);
    else if (!isBusy(row)) startEditing(row);
  });

  ul.addEventListener('dblclick', (event) => {
    const row = rowOf(event.target);
    if (row && !isBusy(row) && event.target instanceof Element && event.target.closest('.todo-title')) startEditing(row);
  });

  ul.addEventListener('keydown', (event) => {
    const row = rowOf(event.target);
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isEditing(row)) {
      if (event.key === 'Escape') stopEditing(row);
      return;
    }
    const acts: Record<string, () => void> = {
      ArrowUp: () => moveFocusFrom(row, -1),
      ArrowDown: () => moveFocusFrom(row, 1),
      e: () => startEditing(row),
      F2: () => startEditing(row),
      Delete: () => void remove(row),
      Backspace: () => void remove(row),
    };
    const act = acts[event.key];
    if (!act || isBusy(row)) return;
    event.preventDefault();
    act();
  });

  composerField.addEventListener('keydown', (event) => {
    const first = rows().find((row) => !row.hidden);
    if (event.key !== 'ArrowDown' || !first) return;
    event.preventDefault();
    checkOf(first).focus();
  });

  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    composerField.focus();
  });

  for (const name of VIEWS) {
    one<HTMLAnchorElement>(`[data-view-link=${name}]`).addEventListener('click', (event) => {
      if (!isPlain(event)) return;
      event.preventDefault();
      if (name !== view) changeView(name);
    });
  }

  addEventListener('popstate', () => {
    view = toView(new URLSearchParams(location.search).get('show'));
    refresh();
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && Date.now() - syncedAt > STALE_MS) void catchUp();
  });
  // A page out of the browser's memory may show somebody who has logged out since.
  addEventListener('pageshow', (event) => {
    if (event.persisted) void catchUp();
  });

  one<HTMLElement>('[data-hints]').hidden = false;
}

/** A click that means "do it here", and not "open it in a new tab". */
const isPlain = (event: MouseEvent) => event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
