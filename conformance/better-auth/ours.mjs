// Starts the binary with the settings that this suite needs, and a field of the app's own in the class of users.
import { keys, startServer } from '../server.mjs';

/** Returns `{ url, origin, parse, stop }`: where accounts and where Parse are mounted. */
export async function startOurs(variables = {}) {
  const server = await startServer({
    ASTROLABE_ACCOUNTS_TRUSTED_ORIGINS: 'https://app.example,https://*.wild.example',
    ...variables,
  });
  const { origin } = new URL(server.url);
  const made = await fetch(`${server.url}/schemas/_User`, {
    method: 'PUT',
    headers: { 'X-Parse-Application-Id': keys.appId, 'X-Parse-Master-Key': keys.masterKey, 'Content-Type': 'application/json' },
    body: JSON.stringify({ className: '_User', fields: { nickname: { type: 'String' } } }),
  });
  if (!made.ok) throw new Error(`the class of users cannot be changed: ${await made.text()}`);
  return { ...server, origin, url: `${origin}/api/auth`, parse: server.url };
}
