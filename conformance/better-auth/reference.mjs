// A real Better Auth server in this process, with its memory adapter: what the same requests are sent to. Mails land in
// `mails`. Its options are the ones whose behaviour Astrolabe has chosen as its own.
import { createServer } from 'node:http';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { toNodeHandler } from 'better-auth/node';

/** Returns `{ url, mails, stop }`; `url` is where the API is mounted. `options` are merged over the usual ones. */
export async function startReference(options = {}) {
  const mails = [];
  const keep = template => ({ user, url, token }) => void mails.push({ template, to: user.email, link: url, token });
  const server = createServer((request, response) => handler(request, response));
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const tables = { user: [], session: [], account: [], verification: [], rateLimit: [] };
  const auth = betterAuth({
    baseURL: origin,
    secret: 'a secret of the reference that is long enough',
    database: memoryAdapter(tables),
    telemetry: { enabled: false },
    logger: { disabled: true },
    trustedOrigins: ['https://app.example', 'https://*.wild.example'],
    emailAndPassword: { enabled: true, sendResetPassword: keep('reset-password'), revokeSessionsOnPasswordReset: true },
    emailVerification: { sendVerificationEmail: keep('verify-email') },
    user: {
      changeEmail: { enabled: true },
      deleteUser: { enabled: true },
      additionalFields: { nickname: { type: 'string', required: false } },
    },
    ...options,
  });
  const handler = toNodeHandler(auth);
  const stop = async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  };
  return { url: `${origin}/api/auth`, origin, mails, stop, tables };
}
