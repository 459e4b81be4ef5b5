// The site's line to Astrolabe. Codes are nobody's business but the site's, so it comes with the master key, which stays
// on the server.
import { ASTROLABE_APP_ID, ASTROLABE_MASTER_KEY, ASTROLABE_URL } from 'astro:env/server';

export interface Answer {
  status: number;
  body: { code?: number; results?: { objectId: string }[] };
}

/** `path` is below the Parse mount, for example `/classes/Code`. */
export async function call(method: string, path: string, where?: object, body?: object): Promise<Answer> {
  const url = new URL(`${ASTROLABE_URL}/parse${path}`);
  if (where) url.searchParams.set('where', JSON.stringify(where));
  const response = await fetch(url, {
    method,
    headers: {
      'Content-Type': 'application/json',
      'X-Parse-Application-Id': ASTROLABE_APP_ID,
      'X-Parse-Master-Key': ASTROLABE_MASTER_KEY,
    },
    body: body ? JSON.stringify(body) : null,
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}
