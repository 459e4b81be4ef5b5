import node from '@astrojs/node';
import { defineConfig, envField } from 'astro/config';

export default defineConfig({
  output: 'server',
  adapter: node({ mode: 'standalone' }),
  session: false,
  env: {
    schema: {
      ASTROLABE_URL: envField.string({ context: 'server', access: 'secret', url: true }),
      ASTROLABE_APP_ID: envField.string({ context: 'server', access: 'secret', min: 1 }),
      ASTROLABE_MASTER_KEY: envField.string({ context: 'server', access: 'secret', min: 1 }),
    },
  },
  devToolbar: { enabled: false },
});
