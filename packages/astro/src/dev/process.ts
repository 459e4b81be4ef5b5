// Starting `astrolabe dev` as a child that cannot outlive whoever started it.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

const READY_PATIENCE_MS = 60_000;
const LOG_LINES_SHOWN = 10;
const FIRST_PORT = 1337;
const PORTS_TRIED = 50;

/** It ended before it was ready. */
export class NotStartedError extends Error {
  override readonly name = 'NotStartedError';
}

/** Starts the backend of the project in `folder`; answers when it accepts connections. */
export async function startProcess(binary: string, folder: string, port: number): Promise<ChildProcess> {
  const logPath = openProjectFolder(folder);
  const log = openSync(logPath, 'w', 0o600);
  // It stops when its standard input ends, and the other end of that pipe is ours: the system closes it when this
  // process has gone, even if it was killed. In a process group of its own, Ctrl-C reaches the site first.
  const child = spawn(binary, ['dev', '--listen', `127.0.0.1:${port}`, '--exit-on-stdin-eof'], {
    cwd: folder,
    stdio: ['pipe', 'pipe', log],
    detached: true,
  });
  closeSync(log);
  await ready(child, logPath);
  // The site may end while it runs.
  child.unref();
  for (const stream of child.stdio) (stream as unknown as { unref?: () => void } | null)?.unref?.();
  return child;
}

/** As the program itself makes it, because its log is to be in there from the first line on. */
function openProjectFolder(folder: string): string {
  const project = join(folder, '.astrolabe');
  mkdirSync(project, { recursive: true, mode: 0o700 });
  try {
    writeFileSync(join(project, '.gitignore'), '*\n', { flag: 'wx' });
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code !== 'EEXIST') throw problem;
  }
  return join(project, 'dev.log');
}

function ready(child: ChildProcess, logPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const patience = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new NotStartedError(`Astrolabe was not ready after ${READY_PATIENCE_MS / 1000} s; see ${logPath}`));
    }, READY_PATIENCE_MS);
    const lines = createInterface({ input: child.stdout as Readable });
    lines.on('line', (line) => {
      if (!line.startsWith('ready ')) return;
      clearTimeout(patience);
      resolve();
    });
    child.once('error', (problem) => {
      clearTimeout(patience);
      reject(new NotStartedError(`${child.spawnfile} does not start: ${problem.message}`));
    });
    child.once('exit', (code, signal) => {
      clearTimeout(patience);
      reject(new NotStartedError(`Astrolabe ended (${signal ?? code}) before it was ready:\n${endOf(logPath)}`));
    });
  });
}

/** The last lines of a log. */
export function endOf(logPath: string): string {
  try {
    return readFileSync(logPath, 'utf8').trimEnd().split('\n').slice(-LOG_LINES_SHOWN).join('\n');
  } catch {
    return '(no log)';
  }
}

/** The first port from 1337 on that nobody listens on; any other one where all of those are taken. */
export async function freePort(): Promise<number> {
  for (let port = FIRST_PORT; port < FIRST_PORT + PORTS_TRIED; port += 1) {
    if (await isFree(port)) return port;
  }
  return 0;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
