// Who may talk to the server at all.
import { keys } from '../../server.mjs';
import { get } from '../request.mjs';

const path = '/classes/Key?limit=0';
const app = { 'X-Parse-Application-Id': keys.appId };
const only = headers => ({ keys: 'none', headers });

export default [
  get('rest key', path),
  get('javascript key', path, { keys: 'javascript' }),
  get('master key', path, { keys: 'master' }),
  get('application id only', path, { keys: 'app' }),
  get('nothing at all', path, { keys: 'none' }),
  get('unknown application', path, { headers: { 'X-Parse-Application-Id': 'nobody' } }),
  get('empty application id', path, { headers: { 'X-Parse-Application-Id': '' } }),
  get('application id in other case', path, { headers: { 'X-Parse-Application-Id': keys.appId.toUpperCase() } }),
  get('application id named like an object property', path, { headers: { 'X-Parse-Application-Id': '__proto__' } }),
  get('application id of 4,000 characters', path, { headers: { 'X-Parse-Application-Id': 'a'.repeat(4000) } }),
  get('wrong rest key', path, only({ ...app, 'X-Parse-REST-API-Key': 'no' })),
  get('wrong javascript key', path, only({ ...app, 'X-Parse-Javascript-Key': 'no' })),
  get('rest key in the javascript header', path, only({ ...app, 'X-Parse-Javascript-Key': keys.restKey })),
  get('right rest key, wrong javascript key', path, only({ ...app, 'X-Parse-REST-API-Key': keys.restKey, 'X-Parse-Javascript-Key': 'no' })),
  get('client key that is not configured', path, only({ ...app, 'X-Parse-Client-Key': 'any' })),
  get('windows key that is not configured', path, only({ ...app, 'X-Parse-Windows-Key': 'any' })),
  get('wrong master key alone', path, only({ ...app, 'X-Parse-Master-Key': 'no' })),
  get('wrong master key, right rest key', path, { headers: { 'X-Parse-Master-Key': 'no' } }),
  get('wrong master key, right rest key, master endpoint', '/schemas', { headers: { 'X-Parse-Master-Key': 'no' } }),
  get('master key, wrong rest key', '/schemas/Nothing', { keys: 'master', headers: { 'X-Parse-REST-API-Key': 'no' } }),
  get('master key as session token', path, { token: keys.masterKey }),
  get('unknown session token', path, { token: 'r:00000000000000000000000000000000' }),
  get('session token without its prefix', path, { token: 'abc' }),
  get('empty session token', path, { headers: { 'X-Parse-Session-Token': '' } }),
  get('unknown session token with the master key', path, { keys: 'master', token: 'r:none' }),
  get('session token of hostile text', path, { token: `' OR 1=1; --` }),
  get('session token of 7,000 characters', path, { token: 'r:'.padEnd(7000, 'a') }),
  get('unknown session token on an unknown endpoint', '/nothing/here', { token: 'r:none' }),
  get('unknown maintenance key', path, { headers: { 'X-Parse-Maintenance-Key': 'no' } }),
  get('no keys on an unknown endpoint', '/nothing/here', { keys: 'none' }),
];
