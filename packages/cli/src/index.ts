// Where the binary of this machine is. It comes in a package of its own for each platform, so nothing runs at install.
import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute, join, resolve } from 'node:path';
import { type Machine, PLATFORMS, packageName, platformOf } from './platforms.ts';

export { type Machine, PLATFORMS, type Platform, packageName, platformOf } from './platforms.ts';

/** What to look at; without it, this process. */
export type Surroundings = {
  /** Environment variables; `ASTROLABE_BIN` names a binary to be used instead. */
  env?: Record<string, string | undefined>;
  /** The machine. */
  machine?: Machine;
  /** Finds a file of an installed package, or throws. */
  resolve?: (file: string) => string;
};

/** There is no binary to run. The message says what to do. */
export class BinaryNotFoundError extends Error {
  override readonly name = 'BinaryNotFoundError';
}

/**
 * The absolute path of the `astrolabe` binary for this machine: the one of `ASTROLABE_BIN`, else that of the platform
 * package. Throws a `BinaryNotFoundError` when there is none.
 */
export function binaryPath(surroundings: Surroundings = {}): string {
  const env = surroundings.env ?? process.env;
  if (env['ASTROLABE_BIN']) return named(env['ASTROLABE_BIN']);
  const machine = surroundings.machine ?? thisMachine();
  const platform = platformOf(machine);
  if (!platform) {
    throw new BinaryNotFoundError(
      `There is no Astrolabe binary for ${shown(machine)}. There are some for ${PLATFORMS.map(({ name }) => name).join(', ')}. ` +
        'Build it from source and set ASTROLABE_BIN to its path.',
    );
  }
  const name = packageName(platform);
  try {
    const find = surroundings.resolve ?? createRequire(import.meta.url).resolve;
    return join(find(`${name}/package.json`), '..', 'bin', 'astrolabe');
  } catch (cause) {
    throw new BinaryNotFoundError(
      `The package ${name} with the Astrolabe binary for ${shown(machine)} is not installed. ` +
        'Install without --omit=optional and --no-optional, on the machine that will run it; ' +
        'or set ASTROLABE_BIN to the path of a binary.',
      { cause },
    );
  }
}

function named(path: string): string {
  const binary = isAbsolute(path) ? path : resolve(path);
  try {
    accessSync(binary, constants.X_OK);
  } catch (cause) {
    throw new BinaryNotFoundError(`ASTROLABE_BIN is ${binary}, which is no file that can be run.`, { cause });
  }
  return binary;
}

/** This machine. A Linux whose Node was not linked with glibc is one with musl. */
export function thisMachine(): Machine {
  const machine = { os: process.platform, cpu: process.arch };
  return process.platform === 'linux' ? { ...machine, libc: hasGlibc() ? 'glibc' : 'musl' } : machine;
}

function hasGlibc(): boolean {
  const report = process.report as { excludeNetwork?: boolean; getReport?: () => object } | undefined;
  // Bun has no report; it runs on both, so the more frequent one is taken.
  if (typeof report?.getReport !== 'function') return true;
  report.excludeNetwork = true;
  const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime !== undefined;
}

function shown({ os, cpu, libc }: Machine): string {
  return libc === 'musl' ? `${os}-${cpu} with musl` : `${os}-${cpu}`;
}
