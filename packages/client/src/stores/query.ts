// A query that is kept: its data, whether it is being read, and changes that are shown before the server has them.
import { type Store, createStore } from './store.ts';

/** What is known of a query. */
export type QueryState<Data> = {
  /** `loading` until there is data or an error; `error` when the last read failed. */
  status: 'loading' | 'ready' | 'error';
  /** What was read last, with the changes that are on their way; it stays when a later read fails. */
  data: Data | undefined;
  /** Why the last read failed. */
  error: Error | undefined;
  /** A read is on its way. */
  isRefreshing: boolean;
};

/** Tells when something has changed that a query should be read again for; answers how to stop that. */
export type Listen = (changed: () => void) => () => void;

/** Options of a query. */
export type QueryOptions<Data> = {
  /** Shown until the first read is done; for example what the server rendered. */
  initial?: Data | undefined;
  /**
   * Sources of changes, such as `client.users.onChange`. They are listened to while somebody watches the query, and each change
   * reads it again. Live queries are such a source.
   */
  listen?: Listen | readonly Listen[] | undefined;
};

/** A query that is read when somebody begins to watch it. */
export interface QueryStore<Data> extends Store<QueryState<Data>> {
  /** Reads again. Never fails: the state says how it went. */
  refresh(): Promise<void>;
  /**
   * Does a write, then reads again. `optimistic` makes of the data what it will be, which is shown at once, and taken back when
   * the write fails. Fails as the write does.
   */
  mutate<Value>(write: () => Promise<Value>, optimistic?: (data: Data) => Data): Promise<Value>;
  /** Resolves when no read is on its way. */
  settled(): Promise<void>;
}

type Patch<Data> = { apply: (data: Data) => Data; isDone: boolean };

/** A query that is kept. `load` reads it; its signal ends a read that nobody waits for any more. */
export function queryStore<Data>(load: (signal: AbortSignal) => Promise<Data>, options: QueryOptions<Data> = {}): QueryStore<Data> {
  let base = options.initial;
  let patches: Patch<Data>[] = [];
  let running: { controller: AbortController; done: Promise<void> } | undefined;
  const listens = options.listen === undefined ? [] : [options.listen].flat();

  const store = createStore<QueryState<Data>>(
    { status: base === undefined ? 'loading' : 'ready', data: base, error: undefined, isRefreshing: false },
    () => {
      void refresh();
      const stops = listens.map((listen) => listen(() => void refresh()));
      return () => {
        for (const stop of stops) stop();
        stopReading();
      };
    },
  );
  const show = (changes: Partial<QueryState<Data>>): void => {
    const data = base === undefined ? undefined : patches.reduce<Data>((data, patch) => patch.apply(data), base);
    store.set({ ...store.get(), data, ...changes });
  };
  const stopReading = (): void => {
    if (!running) return;
    running.controller.abort();
    running = undefined;
    show({ isRefreshing: false });
  };

  const refresh = (): Promise<void> => {
    running?.controller.abort();
    const controller = new AbortController();
    // A read that begins now sees the writes that are done by now.
    const seen = new Set(patches.filter(({ isDone }) => isDone));
    const isCurrent = (): boolean => running?.controller === controller;
    const reading = begun(() => load(controller.signal)).then(
      (data) => {
        if (!isCurrent()) return;
        base = data;
        patches = patches.filter((patch) => !seen.has(patch));
        running = undefined;
        show({ status: 'ready', error: undefined, isRefreshing: false });
      },
      (error: unknown) => {
        if (!isCurrent()) return;
        running = undefined;
        show({ status: 'error', error: error instanceof Error ? error : new Error(String(error)), isRefreshing: false });
      },
    );
    const done = reading.then(() => settled());
    running = { controller, done };
    show({ isRefreshing: true });
    return done;
  };
  const settled = (): Promise<void> => running?.done ?? Promise.resolve();

  const mutate = async <Value>(write: () => Promise<Value>, optimistic?: (data: Data) => Data): Promise<Value> => {
    const patch: Patch<Data> | undefined = optimistic && { apply: optimistic, isDone: false };
    if (patch) {
      patches = [...patches, patch];
      show({});
    }
    try {
      const value = await write();
      if (patch) patch.isDone = true;
      await refresh();
      return value;
    } catch (error) {
      patches = patches.filter((other) => other !== patch);
      show({});
      throw error;
    }
  };
  return { get: store.get, subscribe: store.subscribe, refresh, mutate, settled };
}

/** Begins at once, so that what `load` looks at before its first pause can be observed; what it throws becomes a rejection. */
function begun<Data>(load: () => Promise<Data>): Promise<Data> {
  try {
    return load();
  } catch (error) {
    return Promise.reject(error);
  }
}
