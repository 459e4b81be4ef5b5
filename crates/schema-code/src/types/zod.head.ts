import { z } from 'zod';

/** Whether no key and no text inside says something that the server refuses. */
function isPlain(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\u0000');
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, inner]) => !/[$.\u0000]/.test(key) && isPlain(inner));
}

/** Whether a ring has three corners, not counting one that closes it. */
function isRing(ring: [number, number][]): boolean {
  const [first, last] = [ring[0], ring[ring.length - 1]];
  const isClosed = first?.[0] === last?.[0] && first?.[1] === last?.[1];
  return ring.length - (isClosed ? 1 : 0) >= 3;
}

function base64Of(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

const text = z.string().refine(isPlain, 'Text must not contain the character U+0000.');
/** Dates and bytes may come as forms and clients have them; what comes out is the JSON. */
const date = z.union([
  z.object({
    __type: z.literal('Date'),
    iso: z.union([z.iso.datetime({ offset: true, local: true }), z.iso.date()]),
  }),
  z.date().transform((value) => ({ __type: 'Date' as const, iso: value.toISOString() })),
]);
const bytes = z.union([
  z.object({ __type: z.literal('Bytes'), base64: z.base64() }),
  z.instanceof(Uint8Array).transform((value) => ({ __type: 'Bytes' as const, base64: base64Of(value) })),
]);
const geoPoint = z.object({
  __type: z.literal('GeoPoint'),
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
});
const polygon = z.object({
  __type: z.literal('Polygon'),
  coordinates: z
    .array(z.tuple([z.number().min(-90).max(90), z.number().min(-180).max(180)]))
    .refine(isRing, 'A polygon has at least 3 corners.'),
});
const file = z.object({ __type: z.literal('File'), name: text, url: text.optional() });
const pointer = <const Name extends string>(className: Name) =>
  z.object({ __type: z.literal('Pointer'), className: z.literal(className), objectId: text.min(1) });
const included = <const Name extends string>(className: Name) =>
  z.looseObject({ __type: z.literal('Object'), className: z.literal(className), objectId: z.string() });
const relation = <const Name extends string>(className: Name) =>
  z.object({ __type: z.literal('Relation'), className: z.literal(className) });
const json = z.unknown().refine(isPlain, 'Keys must not contain $ or ., nor texts U+0000.');
const jsonObject = z
  .record(z.string(), z.unknown())
  .refine(isPlain, 'Keys must not contain $ or ., nor texts U+0000.')
  .refine((value) => !('__type' in value) && !('__op' in value), 'This is another type, or an operation.');
const acl = z.record(z.string(), z.strictObject({ read: z.boolean().optional(), write: z.boolean().optional() }));

/** Operations of an update. */
const unset = z.object({ __op: z.literal('Delete') });
const increment = z.object({ __op: z.literal('Increment'), amount: z.number() });
const changeArray = z.object({ __op: z.enum(['Add', 'AddUnique', 'Remove']), objects: z.array(json) });
const changeRelation = <const Name extends string>(className: Name) =>
  z.object({ __op: z.enum(['AddRelation', 'RemoveRelation']), objects: z.array(pointer(className)) });
