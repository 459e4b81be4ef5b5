// A query that is kept: its data, whether it is being read, and changes that are shown before the server has them.
import { noChanges } from './changes.ts';
import { newestOf } from './newest.ts';
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

/** A query that is kept. `load` reads it; its signal ends a read that nobody waits for any more. */
export function queryStore<Data>(
  load: (signal: AbortSignal) => Promise<Data>,
  options: QueryOptions<Data> = {},
): QueryStore<Data> {
  let base = options.initial;
  const changes = noChanges<Data>();
  const reads = newestOf(load);
  const first = {
    status: base === undefined ? 'loading' : 'ready',
    data: base,
    error: undefined,
    isRefreshing: false,
  } as const;
  const store = createStore<QueryState<Data>>(first, () => {
    void refresh();
    const stops = [options.listen ?? []].flat().map((listen) => listen(() => void refresh()));
    return () => {
      for (const stop of stops) stop();
      if (reads.stop()) show({ isRefreshing: false });
    };
  });
  const show = (members: Partial<QueryState<Data>>): void =>
    store.set({ ...store.get(), data: changes.on(base), ...members });

  const refresh = (): Promise<void> => {
    const seen = changes.done();
    const done = reads.start((outcome) => {
      if (!outcome.ok) return show({ status: 'error', error: outcome.error, isRefreshing: false });
      base = outcome.data;
      changes.drop(seen);
      show({ status: 'ready', error: undefined, isRefreshing: false });
    });
    show({ isRefreshing: true });
    return done;
  };
  const mutate = async <Value>(
    write: () => Promise<Value>,
    optimistic: (data: Data) => Data = (data) => data,
  ): Promise<Value> => {
    const change = changes.add(optimistic);
    show({});
    try {
      const value = await write();
      change.isDone = true;
      await refresh();
      return value;
    } catch (error) {
      changes.remove(change);
      show({});
      throw error;
    }
  };
  return { get: store.get, subscribe: store.subscribe, refresh, mutate, settled: reads.settled };
}
