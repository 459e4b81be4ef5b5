// Operations of an update: the database carries them out, so that no change of another caller is lost.
import type { Pointer } from './values.ts';

/** Adds to a number; a missing one counts as 0. */
export type Increment = { __op: 'Increment'; amount: number };
/** Changes a list. */
export type ChangeArray<Element = unknown> = { __op: 'Add' | 'AddUnique' | 'Remove'; objects: readonly Element[] };
/** Changes the members of a relation. */
export type ChangeRelation<Name extends string = string> =
  | { __op: 'AddRelation' | 'RemoveRelation'; objects: readonly Pointer<Name>[] }
  | { __op: 'Batch'; ops: readonly { __op: 'AddRelation' | 'RemoveRelation'; objects: readonly Pointer<Name>[] }[] };
/** Takes the value away. */
export type Unset = { __op: 'Delete' };

/** Adds `amount` to a number. */
export const increment = (amount = 1): Increment => ({ __op: 'Increment', amount });
/** Appends to a list. */
export const add = <Element>(...objects: Element[]): ChangeArray<Element> => ({ __op: 'Add', objects });
/** Appends those that the list does not have. */
export const addUnique = <Element>(...objects: Element[]): ChangeArray<Element> => ({ __op: 'AddUnique', objects });
/** Removes every element of a list that equals one of these. */
export const remove = <Element>(...objects: Element[]): ChangeArray<Element> => ({ __op: 'Remove', objects });
/** Takes the value of a field away. */
export const unset = (): Unset => ({ __op: 'Delete' });
/** Objects join a relation. */
export const addRelation = <Name extends string>(...objects: Pointer<Name>[]): ChangeRelation<Name> => ({
  __op: 'AddRelation',
  objects,
});
/** Objects leave a relation. */
export const removeRelation = <Name extends string>(...objects: Pointer<Name>[]): ChangeRelation<Name> => ({
  __op: 'RemoveRelation',
  objects,
});
