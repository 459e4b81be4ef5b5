import assert from 'node:assert/strict';
import { test } from 'node:test';
import { each, isReference, master, Parse, refusedWith, signUp, unique, useServer } from '../harness.mjs';

const Team = unique('Team');
const Player = `${Team}Player`;

useServer();

const makePlayers = (...names) => Parse.Object.saveAll(names.map((name, rank) => new Parse.Object(Player, { name, rank })));

async function makeTeam(players) {
  const team = new Parse.Object(Team, { name: 'a' });
  team.relation('players').add(players);
  return team.save();
}

const members = async (team, change = query => query) =>
  each(await change(team.relation('players').query()).ascending('rank').find(), 'name');

test('the query of a relation takes conditions, order, pages and counts', async () => {
  const [ann, bob, cid, dora] = await makePlayers('ann', 'bob', 'cid', 'dora');
  const team = await makeTeam([ann, bob, cid]);
  await makeTeam([dora]);
  assert.deepEqual(await members(team), ['ann', 'bob', 'cid']);
  assert.deepEqual(await members(team, query => query.greaterThan('rank', 0)), ['bob', 'cid']);
  assert.deepEqual(await members(team, query => query.skip(1).limit(1)), ['bob']);
  assert.deepEqual(await members(team, query => query.containedIn('objectId', [ann.id, dora.id])), ['ann']);
  const query = team.relation('players').query();
  assert.equal(await query.count(), 3);
  assert.equal(query.className, Player);
  assert.deepEqual(each(await query.descending('rank').find(), 'name'), ['cid', 'bob', 'ann']);
});

test('an alternative inside of a relation', async () => {
  const players = await makePlayers('ann', 'bob', 'cid');
  const team = await makeTeam(players);
  const named = name => new Parse.Query(Player).equalTo('name', name);
  const either = Parse.Query.or(named('ann'), named('cid'));
  assert.deepEqual(await members(team, query => Parse.Query.and(query, either)), ['ann', 'cid']);
});

test('a relation knows its parents', async () => {
  const [ann, bob] = await makePlayers('ann', 'bob');
  const both = await makeTeam([ann, bob]);
  await makeTeam([ann]);
  const of = player => new Parse.Query(Team).equalTo('players', player);
  assert.equal(await of(ann).count(), 2);
  assert.deepEqual((await of(bob).find()).map(({ id }) => id), [both.id]);
  const stranger = await new Parse.Object(Player, { name: 'eve' }).save();
  assert.deepEqual(await of(stranger).find(), []);
});

test('parents of what a query finds', async () => {
  const [ann, bob] = await makePlayers('ann', unique('bob'));
  const team = await makeTeam([ann, bob]);
  await makeTeam([ann]);
  const found = await new Parse.Query(Team).containedIn('players', [bob]).find();
  assert.deepEqual(found.map(({ id }) => id), [team.id]);
});

test('a member joins once and leaves without a trace', async () => {
  const [ann, bob] = await makePlayers('ann', 'bob');
  const team = await makeTeam([ann]);
  const again = await new Parse.Query(Team).get(team.id);
  again.relation('players').add([ann, bob]);
  await again.save();
  assert.equal(await again.relation('players').query().count(), 2);
  again.relation('players').remove([ann, bob]);
  await again.save();
  assert.equal(await again.relation('players').query().count(), 0);
});

test('members that are destroyed leave', async () => {
  const [ann, bob] = await makePlayers('ann', 'bob');
  const team = await makeTeam([ann, bob]);
  await ann.destroy();
  assert.deepEqual(await members(team), ['bob']);
});

test('a relation takes one class', async () => {
  const team = await makeTeam(await makePlayers('ann'));
  const stranger = await new Parse.Object(unique('Other')).save();
  const copy = Parse.Object.fromJSON({ className: Team, objectId: team.id });
  copy.relation('players').add(stranger);
  await refusedWith(111, copy.save());
  assert.deepEqual(await members(team), ['ann']);
});

test('a relation shows the members that the caller may read', async () => {
  const user = await signUp();
  const [ann, bob] = await makePlayers('ann', 'bob');
  await ann.save({ ACL: new Parse.ACL(user) });
  const team = await makeTeam([ann, bob]);
  assert.deepEqual(await members(team), ['ann', 'bob']);
  await Parse.User.logOut();
  assert.deepEqual(await members(team), ['bob']);
  assert.equal(await team.relation('players').query().count(), 1);
  assert.equal(await team.relation('players').query().count(master), 2);
});

test('a relation of an object that the caller may not read is not there', { skip: isReference }, async () => {
  const user = await signUp();
  const team = await makeTeam(await makePlayers('ann'));
  await team.save({ ACL: new Parse.ACL(user) });
  assert.deepEqual(await members(team), ['ann']);
  await Parse.User.logOut();
  await refusedWith(101, members(team));
});
