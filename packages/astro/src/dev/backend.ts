// The backend of one project during development: found or started, kept at its address, started anew when it goes away.
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { binaryPath } from '@astrolabe/cli';
import { NotStartedError, endOf, freePort, startProcess } from './process.ts';
import { type Running, findRunning, isAlive } from './running-file.ts';

/** How often it is looked whether a backend that somebody else started is still there. */
const WATCH_MS = 500;
/** How long to wait for one that somebody else is starting right now. */
const OTHERS_PATIENCE_MS = 15_000;
const OTHERS_INTERVAL_MS = 100;
/** A backend that ends this often in a row is broken. */
const RESTARTS_MAX = 5;
const RESTARTS_WINDOW_MS = 60_000;

export interface Log {
  info: (message: string) => void;
  warn: (message: string) => void;
  error: (message: string) => void;
}

/** A backend that is there for as long as this process is. */
export interface Backend extends Running {
  /** Whether this process started it. */
  isOwn: boolean;
}

interface Keeper {
  current: Promise<Backend>;
  log: Log;
}

/** Modules are loaded anew when the development server restarts, the backend stays. */
const keepers: Map<string, Keeper> = ((globalThis as Record<symbol, unknown>)[Symbol.for('@astrolabe/astro/backends')] ??=
  new Map()) as never;

/** The backend of the project in `folder`. The first call finds or starts it; later ones get the same. */
export function backendOf(folder: string, log: Log, port?: number): Promise<Backend> {
  const known = keepers.get(folder);
  if (known) {
    known.log = log;
    return known.current;
  }
  const keeper: Keeper = { log, current: findOrStart(folder, port) };
  keepers.set(folder, keeper);
  keeper.current.then(
    (backend) => watch(folder, keeper, backend),
    // The next restart of the development server tries again.
    () => keepers.delete(folder),
  );
  return keeper.current;
}

const children = new WeakMap<Backend, ChildProcess>();

async function findOrStart(folder: string, port?: number): Promise<Backend> {
  const found = await findRunning(folder);
  if (found) return { ...found, isOwn: false };
  try {
    const child = await startProcess(binaryPath(), folder, port ?? (await freePort()));
    const running = await findRunning(folder);
    if (!running) {
      child.stdin?.end();
      throw new NotStartedError('Astrolabe started, but does not answer: its configuration declares no app.');
    }
    const backend = { ...running, isOwn: true };
    children.set(backend, child);
    return backend;
  } catch (problem) {
    const other = problem instanceof NotStartedError && (await startedByOthers(folder, problem));
    if (other) return { ...other, isOwn: false };
    throw problem;
  }
}

/** Two that start at once: the data folder lets one of them in, and the other one uses that. */
async function startedByOthers(folder: string, problem: Error): Promise<Running | undefined> {
  if (!/in use by another/.test(problem.message)) return undefined;
  const deadline = Date.now() + OTHERS_PATIENCE_MS;
  while (Date.now() < deadline) {
    const running = await findRunning(folder);
    if (running) return running;
    await new Promise((resolve) => setTimeout(resolve, OTHERS_INTERVAL_MS));
  }
  return undefined;
}

/** Starts the backend again, at the same address, when it has gone: the proxy and the site know it by that. */
function watch(folder: string, keeper: Keeper, first: Backend): void {
  const restarts: number[] = [];
  const port = Number(new URL(first.url).port);
  const attach = (backend: Backend): void => {
    const child = children.get(backend);
    if (child) {
      if (child.exitCode !== null || child.signalCode !== null) again();
      else child.once('exit', again);
      return;
    }
    const timer = setInterval(() => {
      if (isAlive(backend.pid)) return;
      clearInterval(timer);
      again();
    }, WATCH_MS);
    timer.unref();
  };
  const again = (): void => {
    const now = Date.now();
    while (restarts[0] !== undefined && restarts[0] < now - RESTARTS_WINDOW_MS) restarts.shift();
    restarts.push(now);
    const logPath = join(folder, '.astrolabe', 'dev.log');
    if (restarts.length > RESTARTS_MAX) {
      keepers.delete(folder);
      keeper.log.error(`Astrolabe keeps ending; it is not started again before the next restart:\n${endOf(logPath)}`);
      return;
    }
    keeper.log.warn('Astrolabe has ended; starting it again');
    keeper.current = findOrStart(folder, port);
    keeper.current.then(attach, (problem: Error) => {
      keepers.delete(folder);
      keeper.log.error(problem.message);
    });
  };
  attach(first);
}
