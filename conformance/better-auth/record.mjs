// Sends every table to Better Auth itself and writes its answers to golden.json. Run it when a table has changed or the
// version of Better Auth has: `node conformance/better-auth/record.mjs`.
import { writeFile } from 'node:fs/promises';
import { createClient } from './client.mjs';
import { startReference } from './reference.mjs';
import { topics } from './requests.mjs';

const reference = await startReference({ rateLimit: { enabled: false } });
const run = createClient(reference.url);
const golden = {};
for (const [topic, requests] of Object.entries(topics)) {
  golden[topic] = {};
  for (const request of requests) {
    if (golden[topic][request.name]) throw new Error(`two requests of ${topic} are named "${request.name}"`);
    golden[topic][request.name] = await run(request);
  }
}
await reference.stop();
await writeFile(new URL('./golden.json', import.meta.url), `${JSON.stringify(golden, null, 2)}\n`);
