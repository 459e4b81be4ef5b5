// Values to the JSON of the REST API and back.

/** A JSON object. */
export type JsonObject = { [key: string]: unknown };

/** `value` as JSON of the REST API. What it cannot say, such as an invalid date, NaN or a `Map`, is a `TypeError`. */
export function encode(value: unknown): unknown {
  if (value instanceof Date) return { __type: 'Date', iso: isoOf(value) };
  if (value instanceof Uint8Array) return { __type: 'Bytes', base64: base64Of(value) };
  if (Array.isArray(value)) return value.map(encode);
  if (!isJsonObject(value)) return encodeScalar(value);
  if (typeof value['toJSON'] === 'function') return encode(value['toJSON']());
  const tag = Object.prototype.toString.call(value);
  if (tag !== '[object Object]') throw new TypeError(`${tag} cannot be stored.`);
  // An included object stands for the pointer it came in place of.
  if (value['__type'] === 'Object') {
    return { __type: 'Pointer', className: value['className'], objectId: value['objectId'] };
  }
  return encodeFields(value);
}

function encodeScalar(value: unknown): unknown {
  const isStored = value === null || ['string', 'boolean', 'undefined'].includes(typeof value) || Number.isFinite(value);
  if (!isStored) throw new TypeError(`${String(value)} cannot be stored.`);
  return value;
}

/** The members of an object as JSON of the REST API; those that are `undefined` are left out. */
export function encodeFields(fields: object): JsonObject {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([key, value]) => [key, encode(value)]));
}

/** A value out of an answer. Changes what it is given. */
export function decode(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    for (const [index, element] of value.entries()) value[index] = decode(element);
    return value;
  }
  const object = value as JsonObject;
  if (object['__type'] === 'Date' && typeof object['iso'] === 'string') return new Date(object['iso']);
  if (object['__type'] === 'Bytes' && typeof object['base64'] === 'string') return bytesOf(object['base64']);
  return object['__type'] === 'Object' ? decodeObject(object) : decodeMembers(object);
}

/** How the server writes the times of an object. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** An object of a class out of an answer. Changes what it is given. */
export function decodeObject(object: JsonObject): JsonObject {
  decodeMembers(object);
  for (const key of ['createdAt', 'updatedAt']) {
    const value = object[key];
    if (typeof value === 'string' && TIME.test(value)) object[key] = new Date(value);
  }
  return object;
}

function decodeMembers(object: JsonObject): JsonObject {
  for (const key of Object.keys(object)) object[key] = decode(object[key]);
  return object;
}

/** Whether a value is an object that is no list. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isoOf(date: Date): string {
  if (Number.isNaN(date.getTime())) throw new TypeError('A date is not valid.');
  return date.toISOString();
}

/** Characters per call of `fromCharCode`, which takes its input as arguments. */
const CHUNK = 8192;

function base64Of(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHUNK) binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(binary);
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
