import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isReference, Parse, refusedWith, rest, signUp, unique, useServer } from '../harness.mjs';

useServer();

const create = (className, ...numbers) => Parse.Object.saveAll(numbers.map(number => new Parse.Object(className, { number })));
const count = className => new Parse.Query(className).count();

test('saveAll of changes in a transaction keeps all or nothing', async () => {
  const className = unique('Many');
  const [first, second] = await create(className, 1, 2);
  first.set('number', 10);
  second.set('number', 'x');
  await assert.rejects(Parse.Object.saveAll([first, second], { transaction: true }));
  assert.equal((await new Parse.Query(className).get(first.id)).get('number'), 1);
});

test('saveAll in a transaction throws the error of the object at fault', { skip: isReference }, async () => {
  const className = unique('Many');
  await create(className, 1);
  const wrong = [2, 'x'].map(number => new Parse.Object(className, { number }));
  // The SDK throws one error for each object, with the words of the server.
  const thrown = await Parse.Object.saveAll(wrong, { transaction: true }).catch(errors => errors);
  for (const { message } of thrown) assert.match(message, /^schema mismatch for \w+\.number/);
  assert.ok(wrong.every(({ id }) => !id));
});

test('destroyAll in a transaction keeps all or nothing', async () => {
  const className = unique('Many');
  const [first, second, third] = await create(className, 1, 2, 3);
  await third.destroy();
  await assert.rejects(Parse.Object.destroyAll([first, third], { transaction: true }));
  assert.equal(await count(className), 2);
  await Parse.Object.destroyAll([first, second], { transaction: true });
  assert.equal(await count(className), 0);
});

test('destroyAll in a transaction throws the error of the object at fault', { skip: isReference }, async () => {
  const className = unique('Many');
  const [first, second] = await create(className, 1, 2);
  await second.destroy();
  await refusedWith(101, Parse.Object.destroyAll([first, second], { transaction: true }));
});

test('the place of the request at fault is in the answer', { skip: isReference }, async () => {
  const className = unique('Many');
  await create(className, 1);
  const path = `${new URL(Parse.serverURL).pathname}/classes/${className}`;
  const requests = [2, 3, 'x', 4].map(number => ({ method: 'POST', path, body: { number } }));
  const answer = await fetch(`${Parse.serverURL}/batch`, {
    method: 'POST',
    body: JSON.stringify({ _ApplicationId: Parse.applicationId, _JavaScriptKey: Parse.javaScriptKey, transaction: true, requests }),
  });
  const { code, index } = await answer.json();
  assert.deepEqual([answer.status, code, index], [400, 111, 2]);
});

test('a transaction keeps to the ACL of each object', async () => {
  const className = unique('Many');
  const owner = await signUp();
  const guarded = new Parse.Object(className, { number: 1, ACL: new Parse.ACL(owner) });
  await guarded.save();
  await Parse.User.logOut();
  const [open] = await create(className, 2);
  await assert.rejects(Parse.Object.destroyAll([open, guarded], { transaction: true }));
  assert.equal(await count(className), 1);
});

test('a batch without a transaction keeps what can be done', async () => {
  const className = unique('Many');
  await create(className, 1);
  const path = `${new URL(Parse.serverURL).pathname}/classes/${className}`;
  const requests = [2, 'x', 3].map(number => ({ method: 'POST', path, body: { number } }));
  const answers = await rest('POST', 'batch', { requests });
  assert.deepEqual(answers.map(({ error }) => error?.code), [undefined, 111, undefined]);
  assert.equal(await count(className), 3);
});
