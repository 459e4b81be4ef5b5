// Classes as collections of Astro: `liveObjects` for what is read with each request, `objects` for what is built in.
export { type LiveFilter, liveObjects } from './loaders/live.ts';
export { type ObjectsOptions, objects } from './loaders/build.ts';
export type { ClassName, Classes, ObjectOf, Register } from './register.ts';
