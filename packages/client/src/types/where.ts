// Conditions of a query, typed by the fields of the class. What each one means is in the guide "Queries".
import type { BytesValue, DateValue, GeoPoint, Pointer, Polygon, Relation } from '../values.ts';
import type { ClassMap } from './classes.ts';

/** Conditions of which every one has to hold. */
export type Where<C extends ClassMap, Row> = {
  [K in keyof Row]?: Condition<C, Exclude<Row[K], undefined>> | undefined;
} & {
  /** A value inside of an Object field. */
  [path in `${ObjectField<Row>}.${string}`]?: unknown;
} & {
  $or?: readonly Where<C, Row>[] | undefined;
  $and?: readonly Where<C, Row>[] | undefined;
  $nor?: readonly Where<C, Row>[] | undefined;
  /** The members of a relation. */
  $relatedTo?: { object: Pointer; key: string } | undefined;
};

/** The fields that hold JSON objects. */
type ObjectField<Row> = string extends keyof Row
  ? never
  : {
      [K in keyof Row & string]-?: NonNullable<Row[K]> extends infer Value
        ? string extends keyof Value
          ? K
          : never
        : never;
    }[keyof Row & string];

/** A query inside of a query; it runs with the permissions of the caller. */
export type SubQuery<C extends ClassMap, Name extends string> = {
  className: Name;
  where?: Name extends keyof C ? Where<C, C[Name]['read']> : { [field: string]: unknown };
};

/** A value that the field equals, or operators of which every one has to hold. */
type Condition<C extends ClassMap, Value> = unknown extends Value
  ? unknown
  : [Value] extends [boolean]
    ? Test<boolean>
    : [Value] extends [string]
      ? Test<Value, Ordered<string> & Texts & Selected<C>>
      : [Value] extends [number]
        ? Test<number, Ordered<number> & Selected<C>>
        : [Value] extends [Date]
          ? Test<DateValue, Ordered<DateValue | RelativeTime> & Selected<C>>
          : [Value] extends [readonly (infer Element)[]]
            ? Test<Element | readonly Element[], Lists>
            : [Value] extends [Uint8Array]
              ? Test<BytesValue>
              : TaggedCondition<C, Value>;

type TaggedCondition<C extends ClassMap, Value> = [Value] extends [Pointer<infer Name>]
  ? Test<Pointer<Name>, Members<C, Name> & Selected<C>>
  : [Value] extends [Relation<infer Name>]
    ? Test<Pointer<Name>, Members<C, Name>>
    : [Value] extends [GeoPoint]
      ? Test<GeoPoint, Places>
      : [Value] extends [Polygon]
        ? Test<Polygon, { $geoIntersects?: { $point: GeoPoint } }>
        : Test<Value>;

type Test<Value, Operators = unknown> = Value | null | (Equality<Value> & Operators);
type Equality<Value> = {
  $eq?: Value | null;
  $ne?: Value | null;
  $in?: readonly (Value | null)[];
  $nin?: readonly (Value | null)[];
  $exists?: boolean;
};
type Ordered<Value> = { $lt?: Value; $lte?: Value; $gt?: Value; $gte?: Value };
type Lists = { $all?: readonly unknown[]; $containedBy?: readonly unknown[] };
type Texts = { $regex?: string; $options?: string; $text?: { $search: TextSearch } };
type TextSearch = { $term: string; $language?: string; $caseSensitive?: boolean; $diacriticSensitive?: boolean };
/** A time that the server counts from now, such as `3 days ago`. */
type RelativeTime = { $relativeTime: string };
type Places = {
  $nearSphere?: GeoPoint;
  $maxDistance?: number;
  $maxDistanceInKilometers?: number;
  $maxDistanceInMiles?: number;
  $within?: { $box: readonly [GeoPoint, GeoPoint] };
  $geoWithin?: { $polygon: readonly GeoPoint[] | Polygon } | { $centerSphere: readonly [GeoPoint, number] };
};
/** What the pointer leads to is found, or not found, by another query. */
type Members<C extends ClassMap, Name extends string> = {
  [operator in '$inQuery' | '$notInQuery']?: SubQuery<C, Name>;
};
/** The value is, or is not, one of those that another query finds under `key`. */
type Selected<C extends ClassMap> = { [operator in '$select' | '$dontSelect']?: Selection<C> };
type Selection<C extends ClassMap> = {
  [Name in keyof C & string]: { query: SubQuery<C, Name>; key: keyof C[Name]['read'] & string };
}[keyof C & string];
