// Composables for Vue 3.5.
export { astrolabe, useClient } from './client.ts';
export { type Ran, type UsedMutation, useMutation } from './mutation.ts';
export { type UsedQuery, useQuery } from './query.ts';
export { type UsedSession, useSession, useUser } from './session.ts';
