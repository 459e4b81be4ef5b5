// Where a client keeps the token of its session.

/** Keeps one token. */
export type TokenStorage = {
  get: () => string | null | Promise<string | null>;
  set: (token: string | null) => void | Promise<void>;
};

/** Keeps the token as long as the client lives. */
export function memoryStorage(token: string | null = null): TokenStorage {
  let kept = token;
  return {
    get: () => kept,
    set: (next) => {
      kept = next;
    },
  };
}

/** Keeps the token in `localStorage`, or in another one. Scripts of the page can read it; cookies they cannot. */
export function webStorage(key = 'astrolabe.session', storage: Storage = globalThis.localStorage): TokenStorage {
  return {
    get: () => storage.getItem(key),
    set: (token) => (token === null ? storage.removeItem(key) : storage.setItem(key, token)),
  };
}
