// The classes of the app, from the generated types of the site.
import type { ClassMap, NameOf, UntypedClasses } from '@astrolabe/client';
import type { Register } from './loaders.ts';

/** The classes of the app, as far as they are known. */
export type Classes = Register extends { classes: infer C extends ClassMap } ? C : UntypedClasses;

/** The names of its classes. */
export type ClassName = NameOf<Classes>;

/** An object of one of them. */
export type ObjectOf<Name extends ClassName> = Classes[Name]['read'];
