// Who is signed in, as a store.
import type { Credentials } from '../accounts/accounts.ts';
import type { Client } from '../client.ts';
import type { ClassMap, UserOf } from '../types/classes.ts';
import type { CallOptions } from '../types/query.ts';
import type { NewUser } from '../users.ts';
import { type Store, createStore } from './store.ts';

/** Who is signed in. */
export type SessionState<User> = {
  /** `loading` until the server has answered for the first time. */
  status: 'loading' | 'signedIn' | 'signedOut';
  user: User | null;
  /** Why the server could not be asked. */
  error: Error | undefined;
};

/** Who is signed in, and how to change that. */
export interface SessionStore<C extends ClassMap> extends Store<SessionState<UserOf<C>>> {
  /** Asks the server. Never fails: the state says how it went. */
  refresh(): Promise<void>;
  signUp(values: NewUser<C>, options?: CallOptions): Promise<UserOf<C>>;
  logIn(credentials: Credentials, options?: CallOptions): Promise<UserOf<C>>;
  logOut(options?: CallOptions): Promise<void>;
  /** Resolves when no question is on its way. */
  settled(): Promise<void>;
}

/** Who is signed in with a client. `initial` is known already, for example from what the server rendered. */
export function sessionStore<C extends ClassMap>(
  client: Client<C>,
  options: { initial?: UserOf<C> | null } = {},
): SessionStore<C> {
  type State = SessionState<UserOf<C>>;
  const { users } = client;
  /** Counts what asks or changes; only the newest one may say how it ended. */
  let turn = 0;
  let isChanging = false;
  let asking: Promise<void> = Promise.resolve();

  const known = (user: UserOf<C> | null): State => ({
    status: user ? 'signedIn' : 'signedOut',
    user,
    error: undefined,
  });
  const first: State =
    options.initial === undefined ? { status: 'loading', user: null, error: undefined } : known(options.initial);
  const store = createStore<State>(first, () => {
    if (store.get().status === 'loading') void refresh();
    return users.onChange(() => {
      if (!isChanging) void refresh();
    });
  });

  const refresh = (): Promise<void> => {
    const own = (turn += 1);
    asking = users.current().then(
      (user) => {
        if (own === turn) store.set(known(user));
      },
      (error: Error) => {
        if (own === turn) store.set({ ...store.get(), error });
      },
    );
    return asking;
  };
  const change = async <User extends UserOf<C> | null>(act: () => Promise<User>): Promise<User> => {
    turn += 1;
    isChanging = true;
    try {
      const user = await act();
      store.set(known(user));
      return user;
    } finally {
      isChanging = false;
    }
  };
  return {
    get: store.get,
    subscribe: store.subscribe,
    refresh,
    signUp: (values, call) => change(() => users.signUp(values, call)),
    logIn: (credentials, call) => change(() => users.logIn(credentials, call)),
    logOut: async (call) => {
      try {
        await change(async () => {
          await users.logOut(call);
          return null;
        });
      } catch (error) {
        // With tokens the session has ended here all the same.
        await refresh();
        throw error;
      }
    },
    settled: () => asking,
  };
}
