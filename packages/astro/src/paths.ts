// Where the backend is reached through the site, below the site's base.

/** Accounts over cookies. */
export const AUTH_PATH = '/api/auth';
/** The route of the site that passes them on. */
export const AUTH_ROUTE = `${AUTH_PATH}/[...path]`;
/** The Parse API. */
export const PARSE_PATH = '/parse';

/** `path` below the base of a site. */
export const below = (base: string, path: string): string => `${base.replace(/\/+$/, '')}${path}`;
