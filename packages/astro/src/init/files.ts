// What a new site consists of: the least that greets whoever is signed in.

const VERSIONS = { astro: '^7.3.5', '@astrojs/node': '^11.1.6' };

/** The files of a new site, by path. */
export function filesOf(name: string, version: string): Record<string, string> {
  const manifest = {
    name,
    version: '0.0.1',
    private: true,
    type: 'module',
    scripts: { dev: 'astro dev', build: 'astro build', start: 'node --env-file-if-exists=.env dist/server/entry.mjs' },
    dependencies: { ...VERSIONS, '@astrolabe/astro': `^${version}` },
  };
  return {
    'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
    'astro.config.mjs': CONFIG,
    'tsconfig.json': TSCONFIG,
    '.gitignore': 'node_modules\ndist\n.astro\n.astrolabe\n.env\n',
    'src/pages/index.astro': PAGE,
  };
}

const CONFIG = `import node from '@astrojs/node';
import astrolabe from '@astrolabe/astro';
import { defineConfig } from 'astro/config';

export default defineConfig({
  output: 'server',
  adapter: node({ mode: 'standalone' }),
  integrations: [astrolabe({ account: true })],
});
`;

const TSCONFIG = `{
  "extends": "astro/tsconfigs/strict",
  "include": [".astro/types.d.ts", "**/*"],
  "exclude": ["dist"]
}
`;

const PAGE = `---
import { SignedIn, SignedOut } from '@astrolabe/astro/components';

const { user } = Astro.locals;
---

<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>Welcome</title>
  </head>
  <body>
    <SignedIn>
      <h1>Hello, {user?.name}</h1>
      <p><a href="/account">Your account</a></p>
    </SignedIn>
    <SignedOut>
      <h1>Hello</h1>
      <p><a href="/account?returnTo=/">Sign in</a></p>
    </SignedOut>
  </body>
</html>
`;
