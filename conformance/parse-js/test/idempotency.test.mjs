import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { isReference, Parse, refusedWith, unique, useServer } from '../harness.mjs';

// The reference has the feature switched off.
const skip = isReference;

const variables = { ASTROLABE_IDEMPOTENCY_PATHS: 'classes/.*' };

/** The id of every request, in order. The first `lost` answers do not reach the client. */
const sent = { ids: [], lost: 0 };
const { fetch } = globalThis;

useServer(() => {
  Parse.idempotency = true;
  Parse.CoreManager.set('REQUEST_ATTEMPT_LIMIT', 3);
  globalThis.fetch = async (url, options) => {
    const answer = await fetch(url, options);
    sent.ids.push(options.headers['X-Parse-Request-Id']);
    if (sent.lost === 0) return answer;
    sent.lost -= 1;
    return new Response('{}', { status: 503 });
  };
}, variables);
after(() => {
  globalThis.fetch = fetch;
  Parse.idempotency = false;
});

const lose = answers => Object.assign(sent, { ids: [], lost: answers });

test('a request that is sent again is done once', { skip }, async () => {
  const className = unique('Order');
  lose(1);
  await refusedWith(159, new Parse.Object(className).save({ n: 1 }));
  assert.equal(sent.ids.length, 2);
  assert.equal(sent.ids[0], sent.ids[1]);
  const order = await new Parse.Query(className).first();
  assert.equal(await new Parse.Query(className).count(), 1);

  lose(1);
  order.increment('n');
  await refusedWith(159, order.save());
  assert.equal((await new Parse.Query(className).get(order.id)).get('n'), 2);
});

test('every request has an id of its own', { skip }, async () => {
  lose(0);
  const order = await new Parse.Object(unique('Order')).save({ n: 1 });
  await order.save({ n: 2 });
  await order.save({ n: 3 });
  assert.equal(new Set(sent.ids).size, 3);
});
