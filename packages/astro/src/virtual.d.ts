// The modules that Astro and the integration make for each site, as far as they are used here.
declare module 'virtual:astrolabe/config' {
  const config: import('./config-module.ts').SiteConfig;
  export default config;
}

declare module 'astro:env/server' {
  export const getSecret: (name: string) => string | undefined;
}

declare module 'astro:actions' {
  export class ActionError extends Error {
    constructor(details: { code: string; message: string });
    code: string;
    status: number;
  }
}
