// Every request of the tables goes to Astrolabe and to a Better Auth server beside it. Better Auth has to answer what was
// recorded of it, and Astrolabe the same but for what `differences.mjs` names.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { startSink } from '../../parse-js/mail-sink.mjs';
import { createClient } from '../client.mjs';
import { differences } from '../differences.mjs';
import { startOurs } from '../ours.mjs';
import { startReference } from '../reference.mjs';
import { topics } from '../requests.mjs';

const golden = JSON.parse(await readFile(new URL('../golden.json', import.meta.url), 'utf8'));
let reference;
let sink;
let ours;
let ask;

before(async () => {
  sink = await startSink();
  const mail = { ASTROLABE_SMTP_URL: sink.url, ASTROLABE_MAIL_FROM: 'Shop <shop@example.org>' };
  [reference, ours] = await Promise.all([startReference({ rateLimit: { enabled: false } }), startOurs(mail)]);
  const [theirs, own] = [createClient(reference.url), createClient(ours.url)];
  ask = request => Promise.all([theirs(request), own(request)]);
});
after(async () => {
  await Promise.all([reference?.stop(), ours?.stop()]);
  sink?.stop();
});

for (const [topic, requests] of Object.entries(topics)) {
  describe(topic, () => {
    for (const request of requests) {
      test(request.name, async () => {
        const [theirs, own] = await ask(request);
        assert.deepEqual(theirs, golden[topic][request.name], 'Better Auth answers what was recorded');
        const { because, ...other } = differences[request.name] ?? {};
        assert.deepEqual(own, { ...theirs, ...other }, because);
      });
    }
  });
}

test('every difference is one', () => {
  const answers = Object.assign({}, ...Object.values(golden));
  for (const [name, { because, ...other }] of Object.entries(differences)) {
    assert.ok(answers[name], `${name} is no request`);
    assert.ok(because, `${name} says why`);
    assert.notDeepEqual({ ...answers[name], ...other }, answers[name], `${name} is the same`);
  }
});
