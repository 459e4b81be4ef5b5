/** An access list: who may read and write, by user id, `role:Name` or `*`. */
export type Acl = Record<string, { read?: boolean | undefined; write?: boolean | undefined }>;
export type ParseDate = { __type: 'Date'; iso: string };
export type Bytes = { __type: 'Bytes'; base64: string };
export type GeoPoint = { __type: 'GeoPoint'; latitude: number; longitude: number };
/** Pairs of latitude and longitude. */
export type Polygon = { __type: 'Polygon'; coordinates: [number, number][] };
export type File = { __type: 'File'; name: string; url?: string | undefined };
export type Pointer<Name extends string> = { __type: 'Pointer'; className: Name; objectId: string };
/** An object in the place of a pointer to it, as `include` gives it. */
export type Included<Name extends string, Row> = Row & { __type: 'Object'; className: Name };
export type Relation<Name extends string> = { __type: 'Relation'; className: Name };

/** Operations of an update. */
export type Delete = { __op: 'Delete' };
export type Increment = { __op: 'Increment'; amount: number };
export type ChangeArray = { __op: 'Add' | 'AddUnique' | 'Remove'; objects: unknown[] };
export type ChangeRelation<Name extends string> = {
  __op: 'AddRelation' | 'RemoveRelation';
  objects: Pointer<Name>[];
};
