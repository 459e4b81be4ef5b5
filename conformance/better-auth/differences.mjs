// Where Astrolabe answers otherwise on purpose, by the name of the request: which part is other, what it is, and why.
// Everything that is not named here is the same: status, headers, cookies with their attributes, and every member of the
// body.
const notKept = because => ({
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache' },
  because,
});

export const differences = {
  'sign up with a list': {
    body: { code: 'VALIDATION_ERROR', message: '[body] Invalid input: expected object, received array' },
    because: 'one sentence says what is wrong with the body',
  },
  'change with a list': {
    body: { code: 'VALIDATION_ERROR', message: '[body] Invalid input: expected object, received array' },
    because: 'a body that has to be an object is called one everywhere',
  },
  'session by POST': {
    headers: { 'content-type': 'application/json' },
    because: 'a refusal that says nothing of anybody may be kept',
  },
  sessions: notKept('lists of sessions are nothing for caches'),
};
