// The app's own settings that its clients read: `/config`.
import { date, geoPoint, get, pointer, put } from '../request.mjs';

const master = { keys: 'master' };

export default [
  get('nothing yet', '/config'),
  get('nothing yet, master', '/config', master),
  put('clients do not write', '/config', { params: { a: 1 } }),
  put('no params', '/config', {}, master),
  get('after no params', '/config', master),
  put('set some', '/config', {
    params: {
      welcome: 'Hello', limit: 3, on: true, tags: ['a', 'b'], nested: { a: { b: 1 } }, nothing: null,
      when: date('2026-01-02T03:04:05.678Z'), where: geoPoint(1, 2), who: pointer('_User', 'abc'),
    },
  }, master),
  get('read them', '/config'),
  put('set a secret', '/config', { params: { secret: 's3' }, masterKeyOnly: { secret: true } }, master),
  get('clients do not see it', '/config'),
  get('the master key does', '/config', master),
  put('change one, the others stay', '/config', { params: { limit: 4 } }, master),
  put('a secret becomes public when its flag is not repeated', '/config', { params: { secret: 's4' } }, master),
  get('see', '/config'),
  put('remove one', '/config', { params: { tags: { __op: 'Delete' } } }, master),
  put('remove one that is not there', '/config', { params: { never: { __op: 'Delete' } } }, master),
  get('it is gone', '/config'),
  put('flag without param', '/config', { masterKeyOnly: { welcome: true } }, master),
  get('nothing changed', '/config'),
  put('increment', '/config', { params: { limit: { __op: 'Increment', amount: 2 } } }, master),
  put('add to a list', '/config', { params: { list: { __op: 'Add', objects: [1] } } }, master),
  put('params of another type', '/config', { params: 'a' }, master),
  put('params as a list', '/config', { params: [1] }, master),
  put('flags of another type', '/config', { params: { b: 1 }, masterKeyOnly: 'b' }, master),
  put('flag that is no boolean', '/config', { params: { b: 1 }, masterKeyOnly: { b: 'yes' } }, master),
  put('name with a dot', '/config', { params: { 'a.b': 1 } }, master),
  put('name with a dollar', '/config', { params: { '$a': 1 } }, master),
  put('empty name', '/config', { params: { '': 1 } }, master),
  put('name __proto__', '/config', { params: JSON.parse('{"__proto__":1}') }, master),
  put('date that is none', '/config', { params: { bad: { __type: 'Date', iso: 'x' } } }, master),
  get('clients do not read the class', '/classes/_GlobalConfig'),
];
