// What a set of classes looks like to the types of this client. `astrolabe types --only client` writes one for an app.
import type { Acl } from '../values.ts';

/** What every object has. */
export type BaseObject = { objectId: string; createdAt: Date; updatedAt: Date; ACL?: Acl | undefined };

/** A class: an object as it is read, the values of a new one, and the changes of an update. */
export type ClassShape = { read: BaseObject; create: object; update: object };

/** Classes by name. */
export type ClassMap = { [name: string]: ClassShape };

/** An object of a class that nothing is known of. */
export type UntypedObject = BaseObject & { [field: string]: unknown };

/** Classes that nothing is known of: a client without generated types has these. */
export type UntypedClasses = {
  [name: string]: { read: UntypedObject; create: { [field: string]: unknown }; update: { [field: string]: unknown } };
};

/** The names of classes. */
export type NameOf<C extends ClassMap> = keyof C & string;

/** The users of an app; those that nothing is known of, where `_User` is not among the classes. */
export type UserOf<C extends ClassMap> = '_User' extends keyof C ? C['_User']['read'] : UntypedObject;
