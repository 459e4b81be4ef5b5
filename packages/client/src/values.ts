// The values of fields as this client gives and takes them. All but dates and bytes are plain JSON, so that an object can be
// handed to an island, put into a cache or written back as it is; dates are `Date` and bytes `Uint8Array`.

/** A reference to an object of a class. */
export type Pointer<Name extends string = string> = { __type: 'Pointer'; className: Name; objectId: string };
/** An object in the place of a pointer to it, as `include` gives it. Written back, it counts as the pointer. */
export type Included<Name extends string, Row> = Row & { __type: 'Object'; className: Name };
/** A field with many objects of a class; its members are found by `$relatedTo`. */
export type Relation<Name extends string = string> = { __type: 'Relation'; className: Name };
/** A place; degrees. */
export type GeoPoint = { __type: 'GeoPoint'; latitude: number; longitude: number };
/** An area; pairs of latitude and longitude. */
export type Polygon = { __type: 'Polygon'; coordinates: [latitude: number, longitude: number][] };
/** A stored file. */
export type File = { __type: 'File'; name: string; url?: string | undefined };
/** An access list: who may read and write, by user id, `role:Name` or `*`. */
export type Acl = Record<string, { read?: boolean | undefined; write?: boolean | undefined }>;

/** A date to be written: also in the form of the REST API, as the Zod schemas give it. */
export type DateValue = Date | { __type: 'Date'; iso: string };
/** Bytes to be written: also in the form of the REST API. */
export type BytesValue = Uint8Array | { __type: 'Bytes'; base64: string };

/** A pointer to be written: also an object that was included in the place of one. */
export type PointerValue<Name extends string = string> =
  Pointer<Name> | { __type: 'Object'; className: Name; objectId: string };

/** A pointer to the object of a class with that id. */
export function pointer<const Name extends string>(className: Name, objectId: string): Pointer<Name> {
  return { __type: 'Pointer', className, objectId };
}

/** A place at that latitude (-90 to 90) and longitude (-180 to 180). */
export function geoPoint(latitude: number, longitude: number): GeoPoint {
  return { __type: 'GeoPoint', latitude, longitude };
}

/** The area inside of these corners, pairs of latitude and longitude. */
export function polygon(coordinates: [latitude: number, longitude: number][]): Polygon {
  return { __type: 'Polygon', coordinates };
}
