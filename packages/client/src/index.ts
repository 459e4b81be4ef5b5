// A small typed client for Astrolabe, over nothing but `fetch`.
export { type Client, type ClientOptions, createClient } from './client.ts';
export type { ClassClient, Counted, Stage } from './class-client.ts';
export type { Config } from './config.ts';
export type { Request } from './context.ts';
export { AstrolabeError, type ErrorDetails, isAstrolabeError } from './errors.ts';
export type { ErrorKind } from './error-kinds.ts';
export type { Accounts, AccountsKind, Credentials } from './accounts/accounts.ts';
export { type CookieOptions, cookieAccounts } from './accounts/cookie.ts';
export { type TokenStorage, memoryStorage, webStorage } from './accounts/storage.ts';
export { tokenAccounts } from './accounts/token.ts';
export * from './operations.ts';
export type { Fetch, RetryOptions } from './transport.ts';
export type {
  BaseObject,
  ClassMap,
  ClassShape,
  NameOf,
  UntypedClasses,
  UntypedObject,
  UserOf,
} from './types/classes.ts';
export type { CallOptions, FindOptions, ReadOptions, WriteOptions } from './types/query.ts';
export type { IncludePath, Result } from './types/result.ts';
export type { SubQuery, Where } from './types/where.ts';
export type { NewUser, Users } from './users.ts';
export * from './values.ts';
export type { Outcome, Outcomes, Updated, Values, Write, Writes } from './writes.ts';
