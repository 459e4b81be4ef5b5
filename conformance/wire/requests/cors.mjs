// Browsers call from other origins, so every answer says so, errors too.
import { get, post, send } from '../request.mjs';

const see = [
  'access-control-allow-origin',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-expose-headers',
  'access-control-allow-credentials',
];
const browser = { Origin: 'https://example.org' };
const preflight = {
  ...browser,
  'Access-Control-Request-Method': 'POST',
  'Access-Control-Request-Headers': 'x-parse-application-id,content-type',
};

export default [
  send('OPTIONS', 'preflight of a class', '/classes/Cors', { keys: 'none', headers: preflight, see }),
  send('OPTIONS', 'preflight of an unknown endpoint', '/nothing', { keys: 'none', headers: preflight, see }),
  send('OPTIONS', 'options without origin', '/classes/Cors', { keys: 'none', see }),
  send('OPTIONS', 'options of health', '/health', { keys: 'none', see }),
  get('find from another origin', '/classes/Cors', { headers: browser, see }),
  get('find without origin', '/classes/Cors', { see }),
  get('missing object', '/classes/Cors/none', { headers: browser, see }),
  get('no keys', '/classes/Cors', { keys: 'none', headers: browser, see }),
  get('health', '/health', { keys: 'none', headers: browser, see }),
  post('malformed body', '/classes/Cors', undefined, { raw: '{', headers: browser, see }),
  get('unknown endpoint', '/nothing', { headers: browser, see }),
];
