// What the integration takes, checked when the site's configuration is read, with messages that say what to change.
import { z } from 'astro/zod';
import { patternProblem } from './protect/pattern.ts';

/** Who may see what a rule is about. */
export interface Rule {
  /**
   * Paths below the site's base: `/admin/**` is `/admin` and everything below it, `*` one part of a path, `[id]` as in
   * the names of pages. Upper and lower case are the same.
   */
  pattern?: string | readonly string[];
  /** Names of Astro Actions, such as `admin.*`, however they are called. */
  action?: string | readonly string[];
  /** The caller needs one of these roles. Without it, being signed in is enough. */
  role?: string | readonly string[];
  /** Everybody may see it: an exception from the other rules. */
  public?: boolean;
}

export interface BackendOptions {
  /** The port of the backend that `astro dev` starts; without it the first free one from 1337 on. */
  port?: number;
  /** Prints the master key, too. */
  showMasterKey?: boolean;
}

export interface AstrolabeOptions {
  /**
   * The backend that is started with `astro dev`. `false` starts none: it is then at `ASTROLABE_URL`, in development as
   * in production.
   */
  backend?: false | BackendOptions;
  /** Who may see which pages, endpoints and actions. A request that several rules are about has to satisfy each. */
  protect?: readonly Rule[];
  /** Where people sign in. The default is `/account`, which `astro dev` has until the site brings its own. */
  signIn?: string;
  /**
   * Whether the page `/account` is added: in development (`'dev'`, the default), also to what is built (`true`), or not.
   * A site that has a page of its own at `signIn` gets none.
   */
  account?: boolean | 'dev';
  /**
   * A prerendered page is a file, and a server that only sends files asks nobody who they are. `'refuse'`, the default,
   * stops a build in which a rule is about such a page. `'host'` says that the server in front of the site enforces the
   * rules in `dist/astrolabe.json`.
   */
  prerendered?: 'refuse' | 'host';
  /** Where the schema is kept as code, relative to the project. The default is `schema`. */
  schema?: string;
}

const names = (what: string) =>
  z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)], `${what} is a text or a list of texts`)
    .transform((value) => (typeof value === 'string' ? [value] : value));

const patterns = names('pattern').superRefine((list, context) => {
  for (const pattern of list) {
    const problem = patternProblem(pattern);
    if (problem) context.addIssue({ code: 'custom', message: problem });
  }
});

const rule = z
  .strictObject({
    pattern: patterns.optional(),
    action: names('action').optional(),
    role: names('role').optional(),
    public: z.boolean().default(false),
  })
  .refine((given) => given.pattern || given.action, 'a rule names a pattern or an action')
  .refine((given) => !(given.public && given.role), 'a public rule has no role');

const path = z
  .string()
  .regex(/^\/(?![/\\])[^\\?#\p{Cc}]*$/u, 'is a path of this site, such as /account')
  .transform((text) => (text.length > 1 ? text.replace(/\/+$/, '') : text));

const schema = z.strictObject({
  backend: z
    .union([
      z.literal(false),
      z.strictObject({
        port: z.int().min(1).max(65_535).optional(),
        showMasterKey: z.boolean().default(false),
      }),
    ])
    .default({ showMasterKey: false }),
  protect: z.array(rule).default([]),
  signIn: path.default('/account'),
  account: z.union([z.boolean(), z.literal('dev')]).default('dev'),
  prerendered: z.enum(['refuse', 'host']).default('refuse'),
  schema: z.string().min(1).default('schema'),
});

/** Options with every default filled in. */
export type Options = z.output<typeof schema>;
export type CheckedRule = Options['protect'][number];

/** Checks what was given. Throws an `Error` that names every mistake. */
export function readOptions(given: unknown): Options {
  const parsed = schema.safeParse(given ?? {});
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map((issue) => `  ${issue.path.join('.') || 'options'}: ${issue.message}`);
  throw new Error(`The options of @astrolabe/astro are not right:\n${mistakes.join('\n')}`);
}
