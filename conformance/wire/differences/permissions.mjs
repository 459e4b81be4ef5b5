// Differences of the topic `permissions`; see ../differences.mjs.
import assert from 'node:assert/strict';
import { refused, any, showsNoDocument, found, hasNoField } from './answers.mjs';
import { NULLS, MISSING, COUNT, LEFT_OUT } from './reasons.mjs';

export default {
  ...Object.fromEntries([
    'pointerFields as object',
    'pointerFields of an unknown field',
    'pointerFields of a String',
    'pointerFields of another class',
    'pointerFields of a relation',
    'pointerFields with a number',
    'writeUserFields as object',
    'protectedFields as list',
  ].map(name => [`invalid: ${name}`, { because: 'the reference prints what JavaScript makes of an object', status: 400, code: 107 }])),
  ...Object.fromEntries(['owner', 'helpers'].flatMap(field => [
    [`${field}: count by anybody`, { because: COUNT, status: 200, body: { results: [], count: 0 } }],
    [`${field}: count by master`, { because: 'the reference estimates', status: 200, check: body => assert.ok(body.count >= 3) }],
    [`${field}: include by anybody`, { because: LEFT_OUT, status: 200, check: showsNoDocument }],
  ])),
  ...Object.fromEntries([
    'helpers: rules', 'class fields: rules', 'class fields are shown', 'class fields and create: rules', 'pointers and signed in: rules',
    'everybody: rules', 'not for the signed in: rules', 'not for staff: rules', 'not for ann: rules', 'signed in only: rules',
    'not for owners: rules', 'not for helpers: rules', 'two fields: rules', 'fields of users alone: rules',
    'an unknown field of users: rules', 'asking: rules', 'default ACL: rules', 'default ACL is shown', 'empty default ACL: rules',
  ].map(name => [name, { because: 'a refused update makes no field', status: 200, check: hasNoField('never_owner') }])),
  ...Object.fromEntries(['owner: related by anybody', 'owner: related by bob', 'helpers: related by anybody', 'helpers: related by ann']
    .map(name => [name, { because: 'who may not see the owner of a relation is told so, as by a get of it', status: 404, code: 101 }])),
  ...Object.fromEntries(['anybody', 'ann', 'bob'].map(name => [
    `asking: key of a subquery by ${name}`,
    { because: 'what is hidden in any row is no key of a subquery: its values could be found out', status: 400, code: 119 },
  ])),
  'asking: include by bob': any('the stub of a relation says nothing of its row, so one that is shown in some rows is shown in all'),
  'asking: in $nor by master': any(MISSING),
  'asking: exists by master': any('the order of rows is not asked for'),
  'asking: order by master': any(NULLS),
  'asking: dotted order by master': any(NULLS),
};
