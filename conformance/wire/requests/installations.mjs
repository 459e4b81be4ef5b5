// Devices: what makes two registrations the same device, and which row is left.
import { del, get, post, put, query } from '../request.mjs';

const upper = '0A1B2C3D-AAAA-BBBB-CCCC-000000000001';
const id = number => `0a1b2c3d-aaaa-bbbb-cccc-0000000000${number}`;
const apns = 'ABCDEF0123456789'.repeat(4);
const sent = installation => ({ headers: { 'X-Parse-Installation-Id': installation } });
const found = (name, where) =>
  get(name, query('/installations', { where, order: 'createdAt' }), { keys: 'master' });

export default [
  post('no id at all', '/installations', { deviceType: 'ios' }),
  post('no type', '/installations', { deviceToken: 'no-type' }),
  post('empty body', '/installations', {}),
  post('null ids', '/installations', { deviceType: 'ios', installationId: null, deviceToken: null }),
  post('number as id', '/installations', { deviceType: 'ios', installationId: 5 }),
  post('object as token', '/installations', { deviceType: 'ios', deviceToken: { a: 1 } }),

  post('new device', '/installations', { deviceType: 'ios', installationId: upper, deviceToken: apns, channels: ['a'] }, { save: { first: 'objectId' } }),
  get('ids are in lower case', '/installations/{{first}}'),
  post('the same again', '/installations', { deviceType: 'ios', installationId: id('01'), badge: 3 }),
  post('the same without a type', '/installations', { installationId: id('01'), channels: { __op: 'AddUnique', objects: ['b'] } }),
  post('the same with another type', '/installations', { installationId: id('01'), deviceType: 'android' }),
  get('one row is left', '/installations/{{first}}'),
  post('the id comes in a header', '/installations', { deviceType: 'ios', timeZone: 'UTC' }, sent(upper)),
  get('the header found it', '/installations/{{first}}'),
  post('new by header only', '/installations', { deviceType: 'js' }, { ...sent(id('09')), save: { byHeader: 'objectId' } }),
  get('the header is not stored', '/installations/{{byHeader}}', { keys: 'master' }),
  post('the header does not count for the master key', '/installations', { deviceType: 'js' }, { ...sent(id('01')), keys: 'master' }),

  post('only a token', '/installations', { deviceType: 'android', deviceToken: 'token-a' }, { save: { tokenOnly: 'objectId' } }),
  post('the same token', '/installations', { deviceType: 'android', deviceToken: 'token-a', appName: 'Notes' }),
  post('the token gets an id', '/installations', { deviceType: 'android', deviceToken: 'token-a', installationId: id('02') }),
  get('it is the same row', '/installations/{{tokenOnly}}'),
  post('the token without the id again', '/installations', { deviceType: 'android', deviceToken: 'token-a', appVersion: '2' }),
  post('the token on another device', '/installations', { deviceType: 'android', deviceToken: 'token-a', installationId: id('03') }, { save: { moved: 'objectId' } }),
  get('the old device is gone', '/installations/{{tokenOnly}}'),
  found('one device has the token', { deviceToken: 'token-a' }),

  post('a device with an id', '/installations', { deviceType: 'android', installationId: id('04') }, { save: { withId: 'objectId' } }),
  post('a device with a token', '/installations', { deviceType: 'android', deviceToken: 'token-b' }, { save: { withToken: 'objectId' } }),
  post('both are one', '/installations', { deviceType: 'android', installationId: id('04'), deviceToken: 'token-b' }),
  get('the row with the id is gone', '/installations/{{withId}}'),
  get('the row with the token is left', '/installations/{{withToken}}'),

  post('device A', '/installations', { deviceType: 'ios', installationId: id('05'), deviceToken: 'token-c' }, { save: { a: 'objectId' } }),
  post('device B', '/installations', { deviceType: 'ios', installationId: id('06'), deviceToken: 'token-d' }, { save: { b: 'objectId' } }),
  put('A takes the token of B', '/installations/{{a}}', { deviceToken: 'token-d' }),
  found('who has the token', { deviceToken: 'token-d' }),
  post('token of two rows without an id', '/installations', { deviceType: 'ios', deviceToken: 'token-d' }),
  put('A takes it and says its id', '/installations/{{a}}', { deviceToken: 'token-d', installationId: id('05') }),
  found('who has the token now', { deviceToken: 'token-d' }),

  put('change the id', '/installations/{{a}}', { installationId: id('07') }),
  put('change the type', '/installations/{{a}}', { deviceType: 'android' }),
  put('change the token', '/installations/{{a}}', { deviceToken: 'token-e' }),
  put('the same id in capitals', '/installations/{{a}}', { installationId: id('05').toUpperCase() }),
  put('nothing critical', '/installations/{{a}}', { channels: ['x'], badge: { __op: 'Increment', amount: 1 } }),
  post('token only, for a change', '/installations', { deviceType: 'ios', deviceToken: 'token-f' }, { save: { f: 'objectId' } }),
  put('change the token of a row without an id', '/installations/{{f}}', { deviceToken: 'token-g' }),
  put('give it an id', '/installations/{{f}}', { installationId: id('08') }),
  put('unknown installation', '/installations/nothere123', { deviceType: 'ios' }),
  put('unknown installation, nothing critical', '/installations/nothere123', { badge: 1 }),

  post('app one', '/installations', { deviceType: 'ios', installationId: id('10'), deviceToken: 'token-h', appIdentifier: 'one' }),
  post('app two on the same device', '/installations', { deviceType: 'ios', installationId: id('11'), deviceToken: 'token-h', appIdentifier: 'two' }),
  found('both apps are left', { deviceToken: 'token-h' }),
  post('app two again', '/installations', { deviceType: 'ios', installationId: id('12'), deviceToken: 'token-h', appIdentifier: 'two' }),
  found('app two has one row', { deviceToken: 'token-h' }),

  get('clients do not look for devices', '/installations'),
  get('nor by class', '/classes/_Installation?limit=1'),
  get('get by id', '/installations/{{a}}'),
  get('get an unknown one', '/installations/nothere123'),
  del('clients do not delete', '/installations/{{a}}'),
  post('through the class', '/classes/_Installation', { deviceType: 'ios', installationId: id('13') }, { save: { c: 'objectId' } }),
  post('through the class again', '/classes/_Installation', { deviceType: 'ios', installationId: id('13') }),
  post('in a batch', '/batch', {
    requests: [{ method: 'POST', path: '/parse/installations', body: { installationId: id('13'), badge: 9 } }],
  }),
  post('with an access list', '/installations', { deviceType: 'ios', installationId: id('14'), ACL: {} }, { save: { closed: 'objectId' } }),
  post('registering again needs the right to change', '/installations', { deviceType: 'ios', installationId: id('14') }),
  get('its row is closed', '/installations/{{closed}}'),
  post('unset a token', '/installations', { installationId: id('13'), deviceToken: { __op: 'Delete' } }),
  post('bad field', '/installations', { deviceType: 'ios', installationId: id('15'), badge: 'many' }),
  del('the master key deletes', '/installations/{{a}}', { keys: 'master' }),
  del('it is gone', '/installations/{{a}}', { keys: 'master' }),
];
