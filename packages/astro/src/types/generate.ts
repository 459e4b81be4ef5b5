// The types of a site: what is in `Astro.locals`, and the classes of the app as `astrolabe types` makes them.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { binaryPath } from '@astrolabe/cli';

const run = promisify(execFile);
const PATIENCE_MS = 30_000;

/** The name of the file that is made, without its ending. */
export const CLASSES = 'client';

export interface Project {
  /** The project's folder. */
  folder: string;
  /** The folder of class files, relative to it. */
  schema: string;
}

/**
 * Writes the classes into `out`: from the class files when the schema is kept as code, else from the database of
 * development. `false` when neither is there; then classes are not typed.
 */
export async function generateClasses({ folder, schema }: Project, out: string): Promise<boolean> {
  const fromFiles = await hasClassFiles(join(folder, schema));
  if (!fromFiles && !existsSync(join(folder, '.astrolabe', 'data'))) return false;
  const args = ['types', '--only', CLASSES, '--out', out, '--schema', schema, ...(fromFiles ? ['--from-files'] : [])];
  await run(binaryPath(), args, { cwd: folder, timeout: PATIENCE_MS });
  return true;
}

async function hasClassFiles(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).some((name) => /\.jsonc?$/.test(name) && !name.endsWith('.schema.json'));
  } catch {
    return false;
  }
}

/** The declarations for a site whose classes are in a file beside them, or are not known. */
export function declarations(hasClasses: boolean): string {
  const classes = hasClasses ? `import('./${CLASSES}.ts').Classes` : "import('@astrolabe/client').UntypedClasses";
  const register = hasClasses ? `\ndeclare module '@astrolabe/astro/loaders' {\n  interface Register {\n    classes: ${classes};\n  }\n}\n` : '';
  return `// Made by @astrolabe/astro; changes are lost.
type AstrolabeLocals = import('@astrolabe/astro/server').AstrolabeLocals;

declare global {
  namespace App {
    interface Locals extends Omit<AstrolabeLocals, 'astrolabe'> {
      /** The backend as whoever asks. */
      readonly astrolabe: import('@astrolabe/client').Client<${classes}>;
    }
  }
}
${register}
export {};
`;
}
