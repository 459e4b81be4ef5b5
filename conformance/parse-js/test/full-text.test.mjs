import assert from 'node:assert/strict';
import { test } from 'node:test';
import { each, isReference, master, Parse, refusedWith, signUp, unique, useServer } from '../harness.mjs';

const className = unique('Article');

useServer(async () => {
  const rows = [
    { rank: 1, subject: 'Coffee shops of Berlin' },
    { rank: 2, subject: 'Running a coffee house: coffee, milk and more coffee' },
    { rank: 3, subject: 'Tea from China' },
    { rank: 4, subject: 'Un café crème' },
    { rank: 5 },
  ];
  for (const row of rows) await new Parse.Object(className, row).save();
});

const query = () => new Parse.Query(className);
const ranks = async built => each(await built.ascending('rank').find(), 'rank');

test('fullText finds words in any form', async () => {
  assert.deepEqual(await ranks(query().fullText('subject', 'coffee')), [1, 2]);
  assert.deepEqual(await ranks(query().fullText('subject', 'RUN')), [2]);
  assert.deepEqual(await ranks(query().fullText('subject', 'the')), []);
  assert.deepEqual(await ranks(query().fullText('subject', 'juice')), []);
});

test('fullText with a language', async () => {
  assert.deepEqual(await ranks(query().fullText('subject', 'café', { language: 'french' })), [4]);
  await refusedWith(isReference ? 1 : Parse.Error.INVALID_JSON, query().fullText('subject', 'x', { language: 'klingon' }).find());
});

test('better matches come first, with their score', async () => {
  const found = await query().fullText('subject', 'coffee').sortByTextScore().select('rank', '$score').find();
  assert.deepEqual(each(found, 'rank'), [2, 1]);
  const [first, second] = each(found, 'score');
  assert.ok(first > second && second > 0, `${first} ${second}`);
});

test('fullText beside other conditions', async () => {
  assert.deepEqual(await ranks(query().fullText('subject', 'coffee').greaterThan('rank', 1)), [2]);
  assert.equal(await query().fullText('subject', 'coffee').count(), 2);
});

test('several words, phrases and unwanted words', { skip: isReference }, async () => {
  assert.deepEqual(await ranks(query().fullText('subject', 'coffee tea')), [1, 2, 3]);
  assert.deepEqual(await ranks(query().fullText('subject', '"coffee shop"')), [1]);
  assert.deepEqual(await ranks(query().fullText('subject', 'coffee -milk')), [1]);
  assert.deepEqual(await ranks(query().fullText('subject', 'coffee -"shops of"')), [2]);
});

test('case and marks count where that is asked', { skip: isReference }, async () => {
  assert.deepEqual(await ranks(query().fullText('subject', 'cafe')), [4]);
  assert.deepEqual(await ranks(query().fullText('subject', 'cafe', { diacriticSensitive: true })), []);
  assert.deepEqual(await ranks(query().fullText('subject', 'Coffee', { caseSensitive: true })), [1]);
});

test('a text index changes nothing but the way', { skip: isReference }, async () => {
  await new Parse.Schema(className).addIndex('words', { subject: 'text' }).update();
  assert.deepEqual((await new Parse.Schema(className).get()).indexes, { words: { subject: 'text' } });
  const late = await new Parse.Object(className, { rank: 6, subject: 'coffees' }).save();
  assert.deepEqual(await ranks(query().fullText('subject', 'coffee')), [1, 2, 6]);
  await late.save({ subject: 'cocoa' });
  assert.deepEqual(await ranks(query().fullText('subject', 'coffee')), [1, 2]);
  assert.deepEqual(await ranks(query().fullText('subject', 'cocoa')), [6]);
  await late.destroy();
  assert.deepEqual(await ranks(query().fullText('subject', 'cocoa')), []);
  await new Parse.Schema(className).deleteIndex('words').update();
  assert.deepEqual(await ranks(query().fullText('subject', 'coffee')), [1, 2]);
});

test('rows of others and protected fields stay unknown', { skip: isReference }, async () => {
  const Secret = unique('Secret');
  const ann = await signUp();
  const secret = new Parse.Object(Secret, { subject: 'gold', open: 'gold', at: new Parse.GeoPoint(1, 2) });
  secret.setACL(new Parse.ACL(ann));
  await secret.save();
  await new Parse.Schema(Secret).setCLP({
    find: { '*': true }, get: { '*': true }, count: { '*': true }, create: { '*': true }, update: { '*': true },
    delete: { '*': true }, addField: {}, protectedFields: { '*': ['subject', 'at'] },
  }).update();
  const found = field => new Parse.Query(Secret).fullText(field, 'gold');
  assert.equal(await found('open').count(), 1);
  await refusedWith(Parse.Error.OPERATION_FORBIDDEN, found('subject').find());
  await refusedWith(Parse.Error.OPERATION_FORBIDDEN, found('subject').sortByTextScore().find());
  await refusedWith(Parse.Error.OPERATION_FORBIDDEN, new Parse.Query(Secret).near('at', new Parse.GeoPoint(1, 2)).find());
  await refusedWith(Parse.Error.OPERATION_FORBIDDEN, Parse.Query.or(found('open'), found('subject')).count());
  assert.equal(await found('subject').count(master), 1);
  await Parse.User.logOut();
  assert.equal(await found('open').count(), 0);
});
