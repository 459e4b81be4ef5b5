// The components of the package, for `import { SignedIn } from '@astrolabe/astro/components'`.
export { default as SignedIn } from './SignedIn.astro';
export { default as SignedOut } from './SignedOut.astro';
