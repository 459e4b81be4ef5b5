// A query in a component: read when the component is set up, and again when what it depends on changes.
import {
  type ComputedRef,
  computed,
  getCurrentInstance,
  onScopeDispose,
  onServerPrefetch,
  shallowRef,
  watchEffect,
} from 'vue';
import { type QueryOptions, type QueryState, type QueryStore, queryStore } from '../stores/query.ts';

/** A query in a component. */
export type UsedQuery<Data> = {
  data: ComputedRef<Data | undefined>;
  error: ComputedRef<Error | undefined>;
  status: ComputedRef<QueryState<Data>['status']>;
  isRefreshing: ComputedRef<boolean>;
} & Pick<QueryStore<Data>, 'refresh' | 'mutate'>;

/**
 * Reads with `load`, and again when a ref or property changes that `load` looked at before its first `await`. On a server,
 * rendering waits for it. The read ends with the component.
 */
export function useQuery<Data>(
  load: (signal: AbortSignal) => Promise<Data>,
  options?: QueryOptions<Data>,
): UsedQuery<Data> {
  const store = queryStore(load, options);
  const state = shallowRef(store.get());
  let stop: (() => void) | undefined;
  watchEffect(() => {
    if (stop) void store.refresh();
    else stop = store.subscribe((next) => (state.value = next));
  });
  onScopeDispose(() => stop?.());
  if (getCurrentInstance()) onServerPrefetch(() => store.settled().then(() => stop?.()));
  return {
    data: computed(() => state.value.data),
    error: computed(() => state.value.error),
    status: computed(() => state.value.status),
    isRefreshing: computed(() => state.value.isRefreshing),
    refresh: store.refresh,
    mutate: store.mutate,
  };
}
