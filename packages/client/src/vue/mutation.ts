// A write in a component: whether it is on its way, and how it went.
import { type ComputedRef, computed, shallowRef } from 'vue';
import { asError } from '../errors.ts';

/** How a write went. */
export type Ran<Value> = { ok: true; value: Value } | { ok: false; error: Error };

/** A write in a component. */
export type UsedMutation<Arguments extends unknown[], Value> = {
  /** Does the write. Never fails, so that it can be a handler of a template: the answer and `error` say how it went. */
  run: (...args: Arguments) => Promise<Ran<Value>>;
  /** At least one is on its way. */
  isRunning: ComputedRef<boolean>;
  /** What the last one answered. */
  data: ComputedRef<Value | undefined>;
  /** Why the last one failed. */
  error: ComputedRef<Error | undefined>;
  /** Forgets how it went. */
  reset: () => void;
};

/** A write in a component. With `query.mutate` inside, a query shows it at once. */
export function useMutation<Arguments extends unknown[], Value>(
  write: (...args: Arguments) => Promise<Value>,
): UsedMutation<Arguments, Value> {
  const running = shallowRef(0);
  const last = shallowRef<Ran<Value>>();
  let newest = 0;
  const outcomeOf = async (args: Arguments): Promise<Ran<Value>> => {
    try {
      return { ok: true, value: await write(...args) };
    } catch (error) {
      return { ok: false, error: asError(error) };
    }
  };
  return {
    run: async (...args) => {
      const own = (newest += 1);
      running.value += 1;
      const outcome = await outcomeOf(args);
      running.value -= 1;
      if (own === newest) last.value = outcome;
      return outcome;
    },
    isRunning: computed(() => running.value > 0),
    data: computed(() => (last.value?.ok ? last.value.value : undefined)),
    error: computed(() => (last.value && !last.value.ok ? last.value.error : undefined)),
    reset: () => {
      newest += 1;
      last.value = undefined;
    },
  };
}
