// Classes as collections of Astro: `liveObjects` for what is read with each request, `objects` for what is built in.
export { type LiveFilter, liveObjects } from './loaders/live.ts';
export { type ObjectsOptions, objects } from './loaders/build.ts';
export type { ClassName, Classes, ObjectOf } from './register.ts';

/** The site's generated types add `classes` to it. It has to stand in this very module for that. */
export interface Register {}
