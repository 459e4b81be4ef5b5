// Compares an answer with what is expected of us: the recorded answer, or what `differences.mjs` says instead.
import assert from 'node:assert/strict';

const JSON_TYPE = /^application\/json\b/;

/** Throws when our answer is not the expected one. `difference` is an entry of `differences.mjs`, or undefined. */
export function compare(request, golden, answer, difference) {
  assert.ok(answer.status < 500, `never an error of the server for a client's mistake: ${show(answer)}`);
  const hasBody = request.method !== 'HEAD' && request.method !== 'OPTIONS';
  if (hasBody) assert.match(answer.headers['content-type'] ?? '', JSON_TYPE, `every body is JSON: ${show(answer)}`);
  if (difference) expected(difference, golden, answer);
  else same(golden, answer, hasBody);
}

function same(golden, answer, hasBody) {
  const headers = { ...golden.headers };
  const ours = { ...answer.headers };
  delete headers['content-type'];
  delete ours['content-type'];
  assert.deepEqual(
    { status: answer.status, headers: ours, body: hasBody ? plain(answer.body) : '' },
    { status: golden.status, headers, body: hasBody ? plain(golden.body) : '' },
  );
}

const kinds = {
  status: (wanted, { status }) => assert.ok([wanted].flat().includes(status), `status ${status}, not ${wanted}`),
  code: (wanted, { body }) => assert.ok([wanted].flat().includes(body.code), `code ${body.code}, not ${wanted}`),
  error: (wanted, { body }) => assert.equal(body.error, wanted),
  body: (wanted, { body }) => assert.deepEqual(plain(body), plain(wanted)),
  names: (wanted, { body }) => {
    const names = body.results?.map(row => row.name);
    const choices = Array.isArray(wanted[0]) ? wanted : [wanted];
    assert.ok(choices.some(choice => String(choice) === String(names)), `rows ${names}, not ${choices.join(' or ')}`);
  },
  check: (check, answer) => check(answer.body, answer),
};

function expected(difference, golden, answer) {
  const { because, likeRecorded, without, ignoring, plus, anyBut5xx, ...wanted } = difference;
  if (anyBut5xx) return;
  if (likeRecorded && answer.status === golden.status) return same(golden, answer, true);
  if (without) return same({ ...golden, body: strip(golden.body, without) }, answer, true);
  if (ignoring) {
    const ours = { ...answer, body: strip(answer.body, ignoring) };
    return same({ ...golden, body: strip(golden.body, ignoring) }, ours, true);
  }
  if (plus) return same({ ...golden, body: { ...golden.body, ...plus } }, answer, true);
  if (likeRecorded) wanted.status ??= [400, 404];
  try {
    for (const [kind, value] of Object.entries(wanted)) kinds[kind](value, answer);
    if (answer.status >= 400) assert.ok(typeof answer.body.error === 'string' && answer.body.error, 'says what is wrong');
  } catch (error) {
    error.message += `\nWe differ here because: ${because}\n${show(answer)}`;
    throw error;
  }
}

function strip(body, key) {
  const without = row => Object.fromEntries(Object.entries(row).filter(([name]) => name !== key));
  return body.results ? { ...body, results: body.results.map(without) } : without(body);
}

const show = answer => JSON.stringify(answer).slice(0, 600);

/** The value as JSON means it: -0 is 0, and the order of keys says nothing. */
const plain = value => JSON.parse(JSON.stringify(value ?? null));
