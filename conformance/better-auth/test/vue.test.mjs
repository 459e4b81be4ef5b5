// The unmodified Vue client: its `useSession` follows what happens to the session.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { effectScope } from 'vue';
import { createAuthClient } from 'better-auth/vue';
import { PASSWORD, until, visitor } from '../harness.mjs';
import { startOurs } from '../ours.mjs';

let server;
before(async () => (server = await startOurs()));
after(() => server?.stop());

// The composable asks for the session when there is a window; this process is one from here on.
globalThis.window = globalThis;
const events = new EventTarget();
for (const name of ['addEventListener', 'removeEventListener', 'dispatchEvent']) {
  globalThis[name] ??= events[name].bind(events);
}
globalThis.document ??= Object.assign(new EventTarget(), { visibilityState: 'visible' });

test('useSession sees sign-up, change and sign-out', async () => {
  const { client } = visitor(server, createAuthClient);
  const scope = effectScope();
  const session = scope.run(() => client.useSession());
  await until('the first look', () => !session.value.isPending);
  assert.equal(session.value.data, null);

  await client.signUp.email({ name: 'Ann', email: 'ann@example.com', password: PASSWORD });
  await until('the sign-up', () => session.value.data?.user.name === 'Ann');
  await client.updateUser({ name: 'Anna' });
  await until('the change', () => session.value.data?.user.name === 'Anna');
  await client.signOut();
  await until('the sign-out', () => session.value.data === null && !session.value.isPending);
  scope.stop();
});
