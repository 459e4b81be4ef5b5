import type Parse from 'parse';

export type ParseObject<Attributes extends object> = InstanceType<typeof Parse.Object<Attributes>>;
export type ParseRelation<Owner, Member> =
  Owner extends InstanceType<typeof Parse.Object>
    ? Member extends InstanceType<typeof Parse.Object>
      ? InstanceType<typeof Parse.Relation<Owner, Member>>
      : never
    : never;
export type ParseACL = InstanceType<typeof Parse.ACL>;
export type ParseFile = InstanceType<typeof Parse.File>;
export type ParseGeoPoint = InstanceType<typeof Parse.GeoPoint>;
export type ParsePolygon = InstanceType<typeof Parse.Polygon>;
/** Binary data; the SDK leaves it as it comes. */
export type Bytes = { __type: 'Bytes'; base64: string };
