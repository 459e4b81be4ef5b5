// The parameters of reads and writes.
import type { ClassMap } from './classes.ts';
import type { IncludePath, KeyPath } from './result.ts';
import type { Where } from './where.ts';

/** What every call takes. */
export type CallOptions = {
  /** Ends the call; it then throws the signal's reason. */
  signal?: AbortSignal | undefined;
};

/** How much of an object is read. */
export type ReadOptions<C extends ClassMap, Row, Include extends string, Keys extends string> = CallOptions & {
  /** Pointers that are followed; `a.b` goes two levels. */
  include?: readonly (Include & IncludePath<C, Row>)[] | undefined;
  /** The fields that are read; `objectId`, `createdAt`, `updatedAt` and `ACL` always are. */
  keys?: readonly (Keys & KeyPath<Row, Include>)[] | undefined;
};

/** Which objects are found, and how much of each. */
export type FindOptions<C extends ClassMap, Row, Include extends string, Keys extends string> = ReadOptions<
  C,
  Row,
  Include,
  Keys
> & {
  where?: Where<C, Row> | undefined;
  /** Fields to sort by, one after the other; `-` in front is descending. */
  order?: OrderKey<Row> | readonly OrderKey<Row>[] | undefined;
  /** How many at most; 100 unless the server says otherwise. */
  limit?: number | undefined;
  skip?: number | undefined;
};

type Field<Row> = string extends keyof Row ? string : (keyof Row & string) | `${keyof Row & string}.${string}`;
type OrderKey<Row> = Field<Row> | `-${Field<Row>}` | '$score' | '-$score';

/** A write that happens only if the object meets the conditions; otherwise it fails with `condition_not_met`. */
export type WriteOptions<C extends ClassMap, Row> = CallOptions & { where?: Where<C, Row> | undefined };
