// The smallest observable: a state, and who wants to know of changes. It has the form of Svelte's stores, so `$store` works
// there; for other frameworks `subscribe` is all that is needed.

/** A state that can be watched. */
export interface Store<State> {
  /** The state now. */
  get(): State;
  /** Calls `listener` with the state now and after each change; answers how to stop that. */
  subscribe(listener: (state: State) => void): () => void;
}

/** A store whose owner sets the state. */
export interface OwnStore<State> extends Store<State> {
  set(state: State): void;
  /** Whether anybody listens. */
  isWatched(): boolean;
}

/** A store. `begin` is called when somebody begins to listen, and what it answers when the last one has stopped. */
export function createStore<State>(initial: State, begin: () => () => void = () => () => {}): OwnStore<State> {
  const listeners = new Set<(state: State) => void>();
  let state = initial;
  let end: (() => void) | undefined;
  return {
    get: () => state,
    set: (next) => {
      state = next;
      for (const listener of [...listeners]) listener(next);
    },
    isWatched: () => listeners.size > 0,
    subscribe: (listener) => {
      const own = (next: State): void => listener(next);
      listeners.add(own);
      own(state);
      end ??= begin();
      return () => {
        if (!listeners.delete(own) || listeners.size > 0) return;
        end?.();
        end = undefined;
      };
    },
  };
}
