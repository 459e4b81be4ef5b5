// What it takes to sign people in. There are two ways: session tokens, and cookies of the site.
import type { Context } from '../context.ts';
import type { JsonObject } from '../json.ts';
import type { CallOptions } from '../types/query.ts';

/** Who signs in. */
export type Credentials = { password: string } & (
  { username: string; email?: string } | { email: string; username?: string }
);

/** What can be asked for by mail: a new password, or the proof that an address is one's own. */
export type MailKind = 'passwordReset' | 'verification';

/** A way of signing people in. Users come as JSON of the REST API. */
export type Accounts = {
  token: (signal?: AbortSignal) => Promise<string | null>;
  forget: (token: string) => Promise<void>;
  signUp: (values: JsonObject, options: CallOptions) => Promise<JsonObject>;
  logIn: (credentials: Credentials, options: CallOptions) => Promise<JsonObject>;
  logOut: (options: CallOptions) => Promise<void>;
  /** Mails a link to whoever has that address. */
  requestMail: (what: MailKind, email: string, options: CallOptions) => Promise<void>;
  /** Continues a session whose token is known. */
  become: (token: string | null) => Promise<void>;
};

/** Makes a way of signing people in, for a client. `changed` is to be called when another session, or none, is in use. */
export type AccountsKind = (context: Context, changed: () => void) => Accounts;
