import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forgetUser, isReference, master, Parse, refusedWith, rest, signUp, unique, useServer } from '../harness.mjs';

// Conditions on a write are ours alone; the SDK sends them in the path of a plain request.
const skip = isReference;

useServer();

const create = fields => new Parse.Object(unique('Code'), fields).save();
const stored = object => new Parse.Query(object.className).get(object.id, master);
const pathOf = ({ className, id }, where) => `classes/${className}/${id}?${new URLSearchParams({ where: JSON.stringify(where) })}`;
const updateIf = (object, where, fields, options) => rest('PUT', pathOf(object, where), fields, options);
const destroyIf = (object, where, options) => rest('DELETE', pathOf(object, where), {}, options);

test('an update is done if the object meets the conditions', { skip }, async () => {
  const code = await create({ version: 7, text: 'a' });
  await updateIf(code, { version: 7 }, { text: 'b', version: { __op: 'Increment', amount: 1 } });
  await refusedWith(412, updateIf(code, { version: 7 }, { text: 'c' }));
  const { attributes } = await stored(code);
  assert.deepEqual([attributes.text, attributes.version], ['b', 8]);
});

test('a removal is done if the object meets the conditions', { skip }, async () => {
  const code = await create({ version: 1 });
  await refusedWith(412, destroyIf(code, { version: 2 }));
  await stored(code);
  await destroyIf(code, { version: 1 });
  await refusedWith(101, stored(code));
});

test('a code is redeemed once, however many try', { skip }, async () => {
  const code = await create({ text: 'a' });
  const unused = { usedBy: { $exists: false } };
  const tries = Array.from({ length: 10 }, (_, n) => updateIf(code, unused, { usedBy: `user ${n}` }));
  const results = await Promise.allSettled(tries);
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
  const refusals = results.filter(({ status }) => status === 'rejected').map(({ reason }) => reason.code);
  assert.deepEqual([...new Set(refusals)], [412]);
});

test('conditions inside a transaction', { skip }, async () => {
  const account = await create({ balance: 15 });
  const path = `${new URL(Parse.serverURL).pathname}/classes/${account.className}`;
  const take = { method: 'PUT', path: `${path}/${account.id}`, where: { balance: { $gte: 10 } }, body: { balance: { __op: 'Increment', amount: -10 } } };
  const note = { method: 'POST', path, body: { note: 'taken' } };
  const pay = () => rest('POST', 'batch', { transaction: true, requests: [note, take] });
  await pay();
  await refusedWith(412, pay());
  assert.equal((await stored(account)).get('balance'), 5);
  assert.equal(await new Parse.Query(account.className).equalTo('note', 'taken').count(), 1);
});

test('a condition tells nothing of what the caller may not read', { skip }, async () => {
  const user = await signUp();
  const sessionToken = user.getSessionToken();
  const acl = new Parse.ACL(user);
  acl.setPublicWriteAccess(true);
  const code = await create({ secret: 'a', ACL: acl });
  forgetUser();
  for (const secret of ['a', 'b']) await refusedWith(412, updateIf(code, { secret }, { text: 'x' }));
  await updateIf(code, { secret: 'a' }, { text: 'y' }, { sessionToken });
  assert.equal((await stored(code)).get('text'), 'y');
});

test('what may not be written is not there, whatever the condition', { skip }, async () => {
  const user = await signUp();
  const acl = new Parse.ACL(user);
  acl.setPublicReadAccess(true);
  const code = await create({ n: 1, ACL: acl });
  forgetUser();
  for (const n of [1, 2]) await refusedWith(101, updateIf(code, { n }, { n: 3 }));
});

test('conditions that cannot hold still are refused', { skip }, async () => {
  const code = await create({ n: 1 });
  const others = { className: code.className, where: {} };
  await refusedWith(102, updateIf(code, { n: { $select: { query: others, key: 'n' } } }, { n: 2 }));
  await refusedWith(107, updateIf(code, { n: { $foo: 1 } }, { n: 2 }));
  await refusedWith(102, rest('POST', `classes/${code.className}?where={}`, { n: 2 }));
  assert.equal((await stored(code)).get('n'), 1);
});
