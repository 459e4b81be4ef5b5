// Accounts by session tokens, as Parse has them: the client keeps the token, and sends it with each request.
import { request } from '../context.ts';
import { isAstrolabeError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Accounts, AccountsKind } from './accounts.ts';
import { type TokenStorage, memoryStorage } from './storage.ts';

const MAIL_PATHS = { passwordReset: '/requestPasswordReset', verification: '/verificationEmailRequest' };

/** Accounts whose token is kept in `storage`. */
export function tokenAccounts(storage: TokenStorage = memoryStorage()): AccountsKind {
  return (context, changed): Accounts => {
    const keep = async (token: string | null): Promise<void> => {
      await storage.set(token);
      changed();
    };
    const keepOf = async (answer: JsonObject): Promise<JsonObject> => {
      const { sessionToken, ...user } = answer;
      if (typeof sessionToken === 'string') await keep(sessionToken);
      return user;
    };
    const forget = async (token: string): Promise<void> => {
      // Meanwhile somebody else may have signed in.
      if ((await storage.get()) === token) await keep(null);
    };
    return {
      token: async () => storage.get(),
      forget,
      become: keep,
      requestMail: async (what, email, { signal }) => {
        await request(context, { method: 'POST', path: MAIL_PATHS[what], body: { email }, signal });
      },
      signUp: async (values, { signal }) =>
        keepOf(await request(context, { method: 'POST', path: '/users', body: values, sessionToken: null, signal })),
      logIn: async (credentials, { signal }) =>
        keepOf(
          await request(context, {
            method: 'POST',
            path: '/login',
            body: { ...credentials },
            sessionToken: null,
            signal,
          }),
        ),
      logOut: async ({ signal }) => {
        const token = await storage.get();
        if (token === null) return;
        // The session ends here whatever the server says, and whether it can be reached.
        await forget(token);
        try {
          await request(context, { method: 'POST', path: '/logout', body: {}, sessionToken: token, signal });
        } catch (error) {
          if (!isAstrolabeError(error, 'invalid_session_token')) throw error;
        }
      },
    };
  };
}
