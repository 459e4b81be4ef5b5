// The client of a Vue app, for components that do not import it.
import { type InjectionKey, type Plugin, inject } from 'vue';
import type { Client } from '../client.ts';
import type { ClassMap, UntypedClasses } from '../types/classes.ts';

const KEY: InjectionKey<unknown> = Symbol('astrolabe');

/** A plugin that gives the components of an app their client: `app.use(astrolabe(client))`. */
export function astrolabe<C extends ClassMap>(client: Client<C>): Plugin {
  return { install: (app) => app.provide(KEY, client) };
}

/** The client that the app was given. */
export function useClient<C extends ClassMap = UntypedClasses>(): Client<C> {
  const client = inject(KEY, undefined);
  if (client === undefined) throw new Error('The app has no client: call app.use(astrolabe(client)) first.');
  return client as Client<C>;
}
