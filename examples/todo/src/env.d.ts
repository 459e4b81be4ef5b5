declare namespace App {
  interface Locals {
    // All three are set by src/middleware.ts.
    /** Who is logged in; null when nobody is. */
    user: import('./lib/session').User | null;
    /** The same user with the token that calls to Astrolabe need; null when nobody is logged in. */
    session: import('./lib/session').Session | null;
    /** Why there is no session although a cookie came in: it has ended, or Astrolabe is out of reach. Else null. */
    problem: import('./lib/problem').Problem | null;
  }
}
