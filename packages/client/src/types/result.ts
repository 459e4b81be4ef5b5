// How `include` and `keys` change the type of what is found.
import type { Included, Pointer } from '../values.ts';
import type { ClassMap } from './classes.ts';

/** The fields of a row that can be followed: pointers, and lists that may hold some. */
type Followed<Row> = {
  [K in keyof Row & string]-?: NonNullable<Row[K]> extends Pointer | readonly unknown[] ? K : never;
}[keyof Row & string];

type TargetOf<Value> = NonNullable<Value> extends Pointer<infer Name> ? Name : never;

/** Paths that `include` takes: pointers of the class, and of what they lead to, to three levels; anything below. */
export type IncludePath<C extends ClassMap, Row, Level extends unknown[] = []> = string extends keyof Row
  ? string
  : { [K in Followed<Row>]: K | `${K}.${PathBelow<C, TargetOf<Row[K]>, Level>}` }[Followed<Row>];

type PathBelow<C extends ClassMap, Name, Level extends unknown[]> = Level['length'] extends 2
  ? string
  : Name extends keyof C
    ? IncludePath<C, C[Name]['read'], [...Level, 0]>
    : never;

/** What `keys` takes: fields of the class, and `field.inner` of what is included. */
export type KeyPath<Row, Include extends string> = string extends keyof Row
  ? string
  : (keyof Row & string) | `${Head<Include>}.${string}`;

type Head<Path extends string> = Path extends `${infer First}.${string}` ? First : Path;
type Below<Path extends string, Field> = Field extends string
  ? Path extends `${Field}.${infer Rest}`
    ? Rest
    : never
  : never;

/** Fields that come whatever `keys` says. */
type Always = 'objectId' | 'createdAt' | 'updatedAt' | 'ACL';

/** A row with the fields of `Keys` (all, when it is `never`), in which the pointers of `Include` are objects. */
export type Result<C extends ClassMap, Row, Include extends string, Keys extends string> = {
  [K in keyof Row as [Keys] extends [never] ? K : K extends Always | Head<Keys> ? K : never]: K extends Head<Include>
    ? Followed1<C, Row[K], Below<Include, K>, Below<Keys, K>>
    : Row[K];
};

/** An object that is gone, or that the caller may not read, is left out. */
type Followed1<C extends ClassMap, Value, Include extends string, Keys extends string> =
  Value extends Pointer<infer Name>
    ? Name extends keyof C & string
      ? Included<Name, Result<C, C[Name]['read'], Include, Keys>> | undefined
      : Value | undefined
    : Value;
