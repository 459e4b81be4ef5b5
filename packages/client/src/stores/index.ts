// Stores for any framework: queries that are kept, and who is signed in.
export { type Listen, type QueryOptions, type QueryState, type QueryStore, queryStore } from './query.ts';
export { type SessionState, type SessionStore, sessionStore } from './session.ts';
export { type OwnStore, type Store, createStore } from './store.ts';
