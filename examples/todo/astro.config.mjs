import node from '@astrojs/node';
import { defineConfig, envField } from 'astro/config';

// Where the site will be found, if a proxy ends TLS in front of it, for example https://todo.example. Only requests that
// come for this name are believed when they say that they were https.
const { SITE_URL } = process.env;

export default defineConfig({
  output: 'server',
  adapter: node({ mode: 'standalone', bodySizeLimit: 64 * 1024 }),
  // Who is logged in lives in Astrolabe; Astro's own session store is not needed beside it.
  session: false,
  // Everything is `secret`, so it is read when the server runs and is never part of what is built.
  env: {
    schema: {
      ASTROLABE_URL: envField.string({ context: 'server', access: 'secret', url: true }),
      ASTROLABE_APP_ID: envField.string({ context: 'server', access: 'secret', min: 1 }),
      ASTROLABE_REST_KEY: envField.string({ context: 'server', access: 'secret', min: 1 }),
    },
  },
  ...(SITE_URL && {
    site: SITE_URL,
    security: { allowedDomains: [{ protocol: 'https', hostname: new URL(SITE_URL).hostname }] },
  }),
  // No inline scripts or styles, so that the Content-Security-Policy in src/middleware.ts can forbid them.
  build: { inlineStylesheets: 'never' },
  vite: { build: { assetsInlineLimit: 0 } },
  devToolbar: { enabled: false },
});
