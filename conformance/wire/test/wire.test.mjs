// Replays every table against our binary and compares with the recorded answers. `WIRE_TOPIC=users,login` runs only
// these. Against a reference (PARSE_REFERENCE_URL, fresh) the answers must be the recorded ones to the letter.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { isReference, startServer } from '../../server.mjs';
import { createClient } from '../client.mjs';
import { compare } from '../compare.mjs';
import { differenceOf, differences } from '../differences.mjs';
import { topics } from '../topics.mjs';

const wanted = process.env.WIRE_TOPIC?.split(',');
const goldenOf = async topic => JSON.parse(await readFile(new URL(`../golden/${topic}.json`, import.meta.url), 'utf8'));

let server;
before(async () => {
  server = await startServer();
});
after(() => server?.stop());

for (const [topic, requests] of Object.entries(topics)) {
  if (wanted && !wanted.includes(topic)) continue;
  test(topic, async t => {
    const golden = await goldenOf(topic);
    const run = createClient(server.url);
    for (const request of requests) {
      await t.test(request.name, async t => {
        const recorded = golden[request.name];
        const difference = differenceOf(topic, request.name, recorded);
        const answer = await run(request, { mayLack: Boolean(difference) });
        if (!answer) return t.skip('an earlier request was refused on purpose');
        if (isReference) assert.deepEqual(answer, recorded);
        else compare(request, recorded, answer, difference);
      });
    }
  });
}

test('the tables, the recordings and the differences name the same requests', async () => {
  for (const [topic, requests] of Object.entries(topics)) {
    const golden = await goldenOf(topic);
    const names = requests.map(request => request.name);
    assert.equal(new Set(names).size, names.length, `two requests of ${topic} have one name`);
    assert.deepEqual(Object.keys(golden), names, `${topic}: record again`);
    const strangers = Object.keys(differences[topic] ?? {}).filter(name => !names.includes(name));
    assert.deepEqual(strangers, [], `${topic}: differences of unknown requests`);
  }
});

test('wherever the reference fails we say what we do instead', async () => {
  for (const topic of Object.keys(topics)) {
    for (const [name, recorded] of Object.entries(await goldenOf(topic))) {
      if (recorded.status >= 500) assert.ok(differences[topic]?.[name], `${topic}: ${name} answers ${recorded.status}`);
    }
  }
});
