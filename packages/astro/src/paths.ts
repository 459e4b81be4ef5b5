// Where the backend is reached through the site, below the site's base.

/** Accounts over cookies. */
export const AUTH_PATH = '/api/auth';
/** The Parse API. */
export const PARSE_PATH = '/parse';

/** `path` below the base of a site. */
export const below = (base: string, path: string): string => `${base.replace(/\/+$/, '')}${path}`;
