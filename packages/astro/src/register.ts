// Where the generated types of a site say which classes its app has.
import type { ClassMap, NameOf, UntypedClasses } from '@astrolabe/client';

/** The site's generated types add `classes` to it. */
export interface Register {}

/** The classes of the app, as far as they are known. */
export type Classes = Register extends { classes: infer C extends ClassMap } ? C : UntypedClasses;

/** The names of its classes. */
export type ClassName = NameOf<Classes>;

/** An object of one of them. */
export type ObjectOf<Name extends ClassName> = Classes[Name]['read'];
