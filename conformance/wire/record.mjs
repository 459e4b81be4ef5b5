// Sends every table to a reference server and writes its answers to golden/. The server must be fresh: its database
// empty. `node wire/record.mjs` records all topics, `node wire/record.mjs users queries` only these (each topic stands
// alone, but the server must be fresh again).
import { mkdir, writeFile } from 'node:fs/promises';
import { isReference, startServer } from '../server.mjs';
import { createClient } from './client.mjs';
import { topics } from './topics.mjs';

if (!isReference) throw new Error('Answers are recorded from a reference server only: set PARSE_REFERENCE_URL.');

const wanted = process.argv.slice(2);
const { url } = await startServer();
const folder = new URL('./golden/', import.meta.url);
await mkdir(folder, { recursive: true });

for (const [topic, requests] of Object.entries(topics)) {
  if (wanted.length && !wanted.includes(topic)) continue;
  const run = createClient(url);
  const golden = {};
  for (const request of requests) {
    if (golden[request.name]) throw new Error(`two requests of ${topic} are named "${request.name}"`);
    try {
      golden[request.name] = await run(request);
    } catch (error) {
      golden[request.name] = { status: 0, headers: {}, body: error.message };
      console.error(`${topic}: ${request.name}: ${error.message}`);
    }
  }
  await writeFile(new URL(`${topic}.json`, folder), `${JSON.stringify(golden, null, 2)}\n`);
  console.log(`${topic}: ${requests.length}`);
}
