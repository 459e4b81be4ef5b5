// `@astrolabe/astro`: the integration. Each of its steps is a file of its own; this one says when they are taken.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroIntegration, IntegrationResolvedRoute } from 'astro';
import { configModule, invalidateConfigModule } from './config-module.ts';
import { announcement } from './dev/announce.ts';
import { type Backend, backendOf } from './dev/backend.ts';
import { proxyOf } from './dev/proxy.ts';
import { envSchema } from './env-schema.ts';
import { type AstrolabeOptions, readOptions } from './options.ts';
import { AUTH_ROUTE, below } from './paths.ts';
import { refusePrerendered } from './protect/prerendered.ts';
import { routesOf, rulesOf, writeManifest } from './protect/manifest.ts';
import { compileRules } from './protect/rules.ts';
import { CLASSES, declarations, generateClasses } from './types/generate.ts';

export type { AstrolabeOptions, BackendOptions, Rule } from './options.ts';

const NAME = '@astrolabe/astro';

/** A file of this package that becomes part of the site. */
const part = (file: string): URL => new URL(file, import.meta.url);

/** Astrolabe for this site. Every option has a default that works. */
export default function astrolabe(given: AstrolabeOptions = {}): AstroIntegration {
  const options = readOptions(given);
  const rules = compileRules(options.protect, options.signIn);
  let command: 'dev' | 'build' | 'preview' | 'sync' = 'sync';
  let folder = '';
  let base = '/';
  let trailingSlash: 'always' | 'never' | 'ignore' = 'ignore';
  let outDir: URL;
  let codegen: URL;
  let isTyped = false;
  let isRestarted = false;
  let backend: Backend | undefined;
  let routes: IntegrationResolvedRoute[] = [];
  let routesChanged = (): void => {};

  const site = () => ({
    rules,
    signIn: below(base, options.signIn),
    base,
    endpoints: routes.filter(({ type }) => type === 'endpoint').map(({ pattern }) => pattern),
    refusesPrerendered: command === 'dev' && options.prerendered === 'refuse',
  });

  return {
    name: NAME,
    hooks: {
      'astro:config:setup': async (setup) => {
        const { config, logger, updateConfig, injectRoute, addMiddleware } = setup;
        command = setup.command;
        isRestarted = setup.isRestart;
        folder = fileURLToPath(config.root);
        base = config.base;
        codegen = setup.createCodegenDir();
        if (options.backend !== false && command === 'dev') {
          backend = await backendOf(folder, logger, options.backend.port);
          tellSite(backend);
        }
        offerToLoaders(async () => {
          if (options.backend === false || process.env['ASTROLABE_URL']) return;
          // Where there has never been a backend, an empty one would make an empty site.
          if (existsSync(join(folder, '.astrolabe', 'data'))) tellSite(await backendOf(folder, logger, options.backend.port));
        });
        updateConfig({
          env: { schema: envSchema() as never },
          vite: {
            plugins: [configModule(site) as never],
            ...(backend && { server: { proxy: proxyOf(backend.url, base) } }),
            // It imports what only exists in the site's own build.
            environments: Object.fromEntries(
              ['ssr', 'prerender', 'astro'].map((environment) => [environment, { resolve: { noExternal: [NAME] } }]),
            ),
            optimizeDeps: { exclude: [NAME] },
          },
        });
        addMiddleware({ order: 'pre', entrypoint: part('./runtime/middleware.js') });
        if (rules.length > 0) addMiddleware({ order: 'post', entrypoint: part('./runtime/after-rewrites.js') });
        if (command === 'dev' || config.adapter) {
          injectRoute({ pattern: AUTH_ROUTE, entrypoint: part('./routes/auth.js'), prerender: false });
        }
        if (addsAccount(config.srcDir)) {
          injectRoute({ pattern: '/account', entrypoint: part('../pages/account.astro'), prerender: false });
        }
      },
      'astro:config:done': async ({ config, injectTypes, logger }) => {
        ({ base, trailingSlash, outDir } = config);
        isTyped = await typeClasses(logger);
        injectTypes({ filename: 'astrolabe.d.ts', content: declarations(isTyped) });
      },
      'astro:routes:resolved': (resolved) => {
        routes = resolved.routes;
        routesChanged();
      },
      'astro:server:setup': ({ server, logger }) => {
        routesChanged = () => invalidateConfigModule(server as never);
        const schema = join(folder, options.schema);
        server.watcher.add(schema);
        server.watcher.on('all', (_, path) => {
          if (isTyped && path.startsWith(schema) && /\.jsonc?$/.test(path)) void typeClasses(logger);
        });
        server.httpServer?.once('listening', () => {
          const address = server.httpServer?.address();
          if (!backend || isRestarted || typeof address !== 'object' || !address) return;
          const showMasterKey = options.backend !== false && options.backend.showMasterKey;
          const origin = `http://localhost:${address.port}`;
          announcement(backend, { site: origin, base, folder, showMasterKey }).then(
            (text) => logger.info(`Astrolabe\n\n${text}\n`),
            (problem: Error) => logger.warn(problem.message),
          );
        });
      },
      'astro:build:done': async ({ pages }) => {
        const prerendered = pages.map(({ pathname }) => `/${pathname}`.replace(/(?<=.)\/$/, ''));
        if (options.prerendered === 'refuse') refusePrerendered(rules, prerendered);
        const signIn = below(base, options.signIn);
        await writeManifest(outDir, { version: 1, base, trailingSlash, signIn, rules: rulesOf(rules), routes: routesOf(routes), pages: prerendered });
      },
    },
  };

  /** Development has it; a build only if it is wanted; a site with a page of its own there never. */
  function addsAccount(srcDir: URL): boolean {
    if (options.signIn !== '/account' || options.account === false) return false;
    if (command !== 'dev' && options.account !== true) return false;
    const pages = fileURLToPath(new URL('pages/', srcDir));
    return !['account.astro', 'account.ts', 'account.js', 'account/index.astro', 'account/index.ts'].some((file) => existsSync(join(pages, file)));
  }

  async function typeClasses(logger: { warn: (message: string) => void }): Promise<boolean> {
    try {
      return await generateClasses({ folder, schema: options.schema }, fileURLToPath(codegen));
    } catch (problem) {
      logger.warn(`The classes are not typed: ${problem instanceof Error ? problem.message : String(problem)}`);
      return existsSync(new URL(`${CLASSES}.ts`, codegen));
    }
  }
}

/** What is read by `astro:env` and by loaders. A development server always uses the backend of its project. */
function tellSite({ url, appId, restKey }: Backend): void {
  Object.assign(process.env, { ASTROLABE_URL: url, ASTROLABE_APP_ID: appId, ASTROLABE_REST_KEY: restKey });
}

function offerToLoaders(start: () => Promise<void>): void {
  (globalThis as Record<symbol, unknown>)[Symbol.for('@astrolabe/astro/for-loaders')] = start;
}
