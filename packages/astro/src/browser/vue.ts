// For Vue islands: who is signed in, and the two components.
import { type Ref, defineComponent, onMounted, onScopeDispose, shallowRef } from 'vue';
import { type BrowserSession, watchSession } from './session.ts';

export { refreshSession } from './session.ts';
export type { BrowserSession, BrowserUser } from './session.ts';

/** The user: `undefined` until it is known, also while the server renders the island, and `null` when nobody is. */
export function useSession(): Readonly<Ref<BrowserSession>> {
  const user = shallowRef<BrowserSession>(undefined);
  let stop: (() => void) | undefined;
  // Not before the island is there: until then it has to look as the server rendered it.
  onMounted(() => (stop = watchSession((next) => (user.value = next))));
  onScopeDispose(() => stop?.());
  return user;
}

/** Shows its slot, which is given the `user`, to people who are signed in. */
export const SignedIn = defineComponent({
  name: 'SignedIn',
  setup(_, { slots }) {
    const user = useSession();
    return () => (user.value ? slots['default']?.({ user: user.value }) : undefined);
  },
});

/** Shows its slot to people who are not signed in. */
export const SignedOut = defineComponent({
  name: 'SignedOut',
  setup(_, { slots }) {
    const user = useSession();
    return () => (user.value === null ? slots['default']?.() : undefined);
  },
});
