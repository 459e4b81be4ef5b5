import assert from 'node:assert/strict';
import { test } from 'node:test';
import { each, isReference, master, Parse, refusedWith, signUp, unique, useServer } from '../harness.mjs';

const Letter = unique('Letter');
const Box = `${Letter}Box`;
const Closed = `${Letter}Closed`;
let ann;
let bob;

/** Ann alone may read the secret letter; each box holds a letter and knows its title. */
useServer(async () => {
  ann = await signUp();
  bob = await signUp();
  const secret = new Parse.Object(Letter, { title: 'secret' });
  secret.setACL(new Parse.ACL(ann));
  const open = new Parse.Object(Letter, { title: 'open' });
  await Parse.Object.saveAll([secret, open], as(ann));
  for (const [name, letter] of [['one', secret], ['two', open]]) {
    await new Parse.Object(Box, { name, letter, title: letter.get('title') }).save(null, master);
  }
  await new Parse.Object(Closed, { title: 'open' }).save(null, master);
  const schema = new Parse.Schema(Closed);
  schema.setCLP(new Parse.CLP());
  await schema.update();
});

const as = user => ({ sessionToken: user.getSessionToken() });
const boxes = () => new Parse.Query(Box).ascending('name');
const letters = () => new Parse.Query(Letter);
const seenBy = async (build, who) => each(await build(boxes()).find(who), 'name');

/** What Ann and the master key find, and what everybody else does. */
const builds = {
  'matchesQuery sees what the caller may read': [q => q.matchesQuery('letter', letters()), ['one', 'two'], ['two']],
  'doesNotMatchQuery sees what the caller may read': [q => q.doesNotMatchQuery('letter', letters()), [], ['one']],
  'matchesKeyInQuery sees what the caller may read': [q => q.matchesKeyInQuery('title', 'title', letters()), ['one', 'two'], ['two']],
  'doesNotMatchKeyInQuery sees what the caller may read': [q => q.doesNotMatchKeyInQuery('title', 'title', letters()), [], ['one']],
};

for (const [name, [build, toAnn, toOthers]] of Object.entries(builds)) {
  test(name, async () => {
    assert.deepEqual(await seenBy(build, as(ann)), toAnn, 'the owner');
    assert.deepEqual(await seenBy(build, master), toAnn, 'the master key');
    assert.deepEqual(await seenBy(build, as(bob)), toOthers, 'another user');
    assert.deepEqual(await seenBy(build, {}), toOthers, 'nobody');
    assert.equal(await build(boxes()).count(as(bob)), toOthers.length);
  });
}

test('a subquery on a closed class is refused', async () => {
  const closed = new Parse.Query(Closed);
  await refusedWith(119, boxes().matchesKeyInQuery('title', 'title', closed).find(as(ann)));
  await refusedWith(119, boxes().doesNotMatchKeyInQuery('title', 'title', closed).find(as(ann)));
  assert.deepEqual(await seenBy(q => q.matchesKeyInQuery('title', 'title', closed), master), ['two']);
});

test('a subquery on the addresses of users is refused', { skip: isReference }, async () => {
  const users = new Parse.Query(Parse.User).equalTo('email', 'ann@example.com');
  await refusedWith(119, boxes().matchesQuery('owner', users).find(as(ann)));
  await refusedWith(119, boxes().matchesKeyInQuery('title', 'email', new Parse.Query(Parse.User)).find(as(ann)));
});

test('the order and the limit of a subquery say nothing', async () => {
  const first = letters().descending('title').limit(1);
  assert.deepEqual(await seenBy(q => q.matchesQuery('letter', first), as(ann)), ['one', 'two']);
});

test('a query holds ten subqueries at most', { skip: isReference }, async () => {
  const nested = depth => {
    let query = letters();
    for (let n = 0; n < depth; n += 1) query = new Parse.Query(Letter).matchesQuery('next', query);
    return query;
  };
  await nested(10).find();
  await refusedWith(102, nested(11).find());
});
