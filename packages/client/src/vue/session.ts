// Who is signed in, in components. All components of a client share one store, so the server is asked once.
import { type ComputedRef, computed, getCurrentInstance, onScopeDispose, onServerPrefetch, shallowRef } from 'vue';
import type { Client } from '../client.ts';
import { type SessionState, type SessionStore, sessionStore } from '../stores/session.ts';
import type { ClassMap, UserOf } from '../types/classes.ts';

/** Who is signed in, in a component. */
export type UsedSession<C extends ClassMap> = {
  user: ComputedRef<UserOf<C> | null>;
  status: ComputedRef<SessionState<UserOf<C>>['status']>;
  error: ComputedRef<Error | undefined>;
} & Pick<SessionStore<C>, 'signUp' | 'logIn' | 'logOut' | 'refresh'>;

const stores = new WeakMap<object, unknown>();

/** Who is signed in. `initial` is known already, for example from what the server rendered; the first component's counts. */
export function useSession<C extends ClassMap>(
  client: Client<C>,
  options: { initial?: UserOf<C> | null } = {},
): UsedSession<C> {
  const store = storeOf(client, options);
  const state = shallowRef(store.get());
  const stop = store.subscribe((next) => (state.value = next));
  onScopeDispose(stop);
  if (getCurrentInstance()) onServerPrefetch(() => store.settled().then(stop));
  return {
    user: computed(() => state.value.user),
    status: computed(() => state.value.status),
    error: computed(() => state.value.error),
    signUp: store.signUp,
    logIn: store.logIn,
    logOut: store.logOut,
    refresh: store.refresh,
  };
}

/** The user who is signed in; `null` while nobody is, or nothing is known yet. */
export function useUser<C extends ClassMap>(
  client: Client<C>,
  options: { initial?: UserOf<C> | null } = {},
): ComputedRef<UserOf<C> | null> {
  return useSession(client, options).user;
}

function storeOf<C extends ClassMap>(client: Client<C>, options: { initial?: UserOf<C> | null }): SessionStore<C> {
  const known = stores.get(client) as SessionStore<C> | undefined;
  const store = known ?? sessionStore(client, options);
  if (!known) stores.set(client, store);
  return store;
}
