import assert from 'node:assert/strict';
import { test } from 'node:test';
import { http, isReference, Parse, refusedWith, unique, useServer } from '../harness.mjs';

useServer();

test('a field keeps the type of its first value', async () => {
  const className = unique('Typed');
  await new Parse.Object(className, { number: 1, text: 'a', yes: true, at: new Date(), list: [], object: {} }).save();
  const wrong = { number: 'a', text: 1, yes: 'true', at: 5, list: {}, object: [] };
  for (const [field, value] of Object.entries(wrong)) {
    const error = await refusedWith(111, new Parse.Object(className, { [field]: value }).save());
    assert.match(error.message, new RegExp(`^schema mismatch for ${className}\\.${field}; expected \\w+ but got \\w+$`));
  }
});

test('a refused save changes nothing', async () => {
  const className = unique('Typed');
  const object = await new Parse.Object(className, { number: 1, text: 'a' }).save();
  await refusedWith(111, object.save({ text: 'b', number: 'x' }));
  const stored = await new Parse.Query(className).get(object.id);
  assert.deepEqual([stored.get('text'), stored.get('number')], ['a', 1]);
});

test('bad names of fields', async () => {
  for (const name of ['bad-name', 'bad name', '1st', '_mine', 'ä', 'a;b', `a'b`, 'a"b', '']) {
    const { status, body } = await http('POST', '/classes/Named', { body: { [name]: 1 } });
    assert.deepEqual({ status, code: body.code }, { status: 400, code: 105 }, name);
  }
});

test('bad names of classes', async () => {
  for (const name of ['bad-name', 'bad%20name', '1st', '_Mine', '%C3%A4']) {
    const { status, body } = await http('POST', `/classes/${name}`, { body: { a: 1 } });
    assert.equal(status, 400, name);
    assert.ok(isReference ? body.code === 107 : [103, 107].includes(body.code), `${name}: ${body.code}`);
  }
});

test('keys the SDK would not let through', async () => {
  const className = unique('Named');
  for (const nested of ['$a', 'a.b']) {
    await refusedWith(121, new Parse.Object(className, { object: { [nested]: 1 } }).save());
  }
  const { body } = await http('POST', `/classes/${className}`, { body: { objectId: 'mine' } });
  assert.equal(body.code, 105);
});

test('the server answers for itself', async () => {
  const health = await Parse.getServerHealth();
  assert.deepEqual(health, { status: 'ok' });
});

test('server information is for the master key', async () => {
  const answer = await http('GET', '/serverInfo');
  assert.deepEqual(answer, { status: 403, body: { error: 'Permission denied' } });
  const headers = { 'X-Parse-Master-Key': Parse.CoreManager.get('MASTER_KEY') };
  const { status, body } = await http('GET', '/serverInfo', { headers });
  assert.equal(status, 200);
  assert.equal(typeof body.parseServerVersion, 'string');
  assert.equal(typeof body.features.schemas.addClass, 'boolean');
});

test('an unknown application and wrong keys are turned away', async () => {
  const wrong = [
    { 'X-Parse-Application-Id': 'nobody' },
    { 'X-Parse-REST-API-Key': 'no' },
    { 'X-Parse-REST-API-Key': '', 'X-Parse-Master-Key': 'no' },
  ];
  for (const headers of wrong) {
    const answer = await http('GET', '/classes/Anything', { headers });
    assert.deepEqual(answer, { status: 403, body: { error: 'unauthorized' } });
  }
});

test('the SDK with a wrong key', async () => {
  const key = Parse.CoreManager.get('JAVASCRIPT_KEY');
  Parse.CoreManager.set('JAVASCRIPT_KEY', 'no');
  try {
    await assert.rejects(new Parse.Query('Anything').find(), /unauthorized/);
  } finally {
    Parse.CoreManager.set('JAVASCRIPT_KEY', key);
  }
});

test('a wrong master key opens nothing', async () => {
  const { status } = await http('GET', '/schemas', { headers: { 'X-Parse-Master-Key': 'no' } });
  assert.equal(status, 403);
});

test('an unknown endpoint', { skip: isReference }, async () => {
  const { status, body } = await http('GET', '/nothing');
  assert.deepEqual({ status, code: body.code }, { status: 404, code: 108 });
});

test('malformed JSON', async () => {
  const response = await fetch(`${Parse.serverURL}/classes/Anything`, {
    method: 'POST',
    headers: {
      'X-Parse-Application-Id': Parse.applicationId,
      'X-Parse-Javascript-Key': Parse.javaScriptKey,
      'Content-Type': 'application/json',
    },
    body: '{"a":',
  });
  assert.equal(response.status, 400);
  assert.equal(typeof (await response.json()).error, 'string');
});

test('unknown parameters and operators of a query', async () => {
  const className = unique('Named');
  await new Parse.Object(className, { number: 1 }).save();
  const find = parameters => http('GET', `/classes/${className}?${new URLSearchParams(parameters)}`);
  assert.equal((await find({ foo: 1 })).body.code, 102);
  assert.equal((await find({ where: '{' })).body.code, 107);
  const { status, body } = await find({ where: '{"number":{"$foo":1}}' });
  assert.deepEqual({ status, code: body.code }, { status: 400, code: isReference ? 119 : 107 });
});

test('internal classes are closed', async () => {
  await refusedWith(119, new Parse.Query('_GlobalConfig').find());
  await refusedWith(119, new Parse.Object('_Hooks', { a: 1 }).save());
});

test('a batch answers each request in its place', async () => {
  const path = `${new URL(Parse.serverURL).pathname}/classes/${unique('Batch')}`;
  const requests = [
    { method: 'POST', path, body: { number: 1 } },
    { method: 'GET', path: `${path}/nothing` },
    { method: 'POST', path, body: { 'bad-name': 1 } },
  ];
  const { status, body } = await http('POST', '/batch', { body: { requests } });
  assert.equal(status, 200);
  assert.ok(body[0].success.objectId);
  assert.deepEqual(body[1], { error: { code: 101, error: 'Object not found.' } });
  assert.equal(body[2].error.code, 105);
});
