// How a line of the request tables looks. A request is data; `client.mjs` sends it.
//
//   post('create', '/classes/Note', { text: 'a' }, { save: { note: 'objectId' } })
//   get('read it', '/classes/Note/{{note}}', { keys: 'master' })
//
// Options:
//   keys     'rest' (default), 'javascript', 'master', 'app' (application id only) or 'none'
//   token    session token to send, usually a saved one: '{{ann}}'
//   headers  more headers; they win over the ones above
//   type     content type of the body, application/json by default; null sends none
//   raw      the body as text or bytes instead of JSON
//   save     { name: path } keeps a value of the answer for `{{name}}` in later requests; the path is dotted
//   see      names of response headers to record beside content-type and location
//   sort     sorts `results` by this field first, where the order is nobody's promise
export const get = (name, path, options) => ({ name, method: 'GET', path, ...options });
export const post = (name, path, body, options) => ({ name, method: 'POST', path, body, ...options });
export const put = (name, path, body, options) => ({ name, method: 'PUT', path, body, ...options });
export const del = (name, path, options) => ({ name, method: 'DELETE', path, ...options });
export const send = (method, name, path, options) => ({ name, method, path, ...options });

/** `/classes/Note?where=…&limit=…` with every value that is not a string as JSON. */
export function query(path, parameters) {
  const pairs = Object.entries(parameters).map(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return `${encodeURIComponent(name)}=${encodeURIComponent(text).replace(/%7B%7B(\w+)%7D%7D/g, '{{$1}}')}`;
  });
  return `${path}?${pairs.join('&')}`;
}

export const pointer = (className, objectId) => ({ __type: 'Pointer', className, objectId });
export const date = iso => ({ __type: 'Date', iso });
export const geoPoint = (latitude, longitude) => ({ __type: 'GeoPoint', latitude, longitude });
