// Where the backend is, for code that runs in the site. Read at each use: on the edge the variables belong to a request.
import { getSecret } from 'astro:env/server';

export interface Environment {
  /** The backend's address without a slash at the end, such as `https://api.example`. */
  url: string;
  appId: string;
  restKey: string | undefined;
}

/** A site without these variables cannot reach its backend; the message says which are missing. */
export class NotConfiguredError extends Error {
  override readonly name = 'NotConfiguredError';
}

export function environment(): Environment {
  const url = getSecret('ASTROLABE_URL');
  const appId = getSecret('ASTROLABE_APP_ID');
  const missing = [url ? [] : ['ASTROLABE_URL'], appId ? [] : ['ASTROLABE_APP_ID']].flat();
  if (!url || !appId) {
    throw new NotConfiguredError(
      `${missing.join(' and ')} not set. \`astro dev\` sets them by itself; what is built reads them when it starts.`,
    );
  }
  return { url: url.replace(/\/+$/, ''), appId, restKey: getSecret('ASTROLABE_REST_KEY') || undefined };
}
