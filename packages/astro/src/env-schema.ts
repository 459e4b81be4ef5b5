// The variables by which a site finds its backend. All are secret to Astro: read when the server runs, never built in.
import type { AstroConfig } from 'astro';
import { envField } from 'astro/config';

/** For `env.schema`. */
export const envSchema = (): NonNullable<AstroConfig['env']['schema']> => ({
  ASTROLABE_URL: envField.string({ context: 'server', access: 'secret', url: true, optional: true }),
  ASTROLABE_APP_ID: envField.string({ context: 'server', access: 'secret', min: 1, optional: true }),
  ASTROLABE_REST_KEY: envField.string({ context: 'server', access: 'secret', min: 1, optional: true }),
});
