// `.astrolabe/running.json`, in which a development server says where it is while it runs.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'astro/zod';

const content = z.object({
  pid: z.int().positive(),
  url: z.url().regex(/^http:\/\/(?:127\.0\.0\.1|\[::1\]):\d+$/),
  appId: z.string().min(1),
  restKey: z.string().min(1),
  javascriptKey: z.string().min(1),
});

/** A backend that can be talked to. */
export type Running = z.output<typeof content>;

const HEALTH_PATIENCE_MS = 3000;

/** The backend that runs for the project in this folder, whoever started it; `undefined` when there is none. */
export async function findRunning(folder: string): Promise<Running | undefined> {
  const running = await read(join(folder, '.astrolabe', 'running.json'));
  return running && isAlive(running.pid) && (await answers(running)) ? running : undefined;
}

async function read(path: string): Promise<Running | undefined> {
  try {
    return content.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    // Not there, or left behind in the middle of something: either way it names no server.
    return undefined;
  }
}

/** Whether there is a process of that number. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (problem) {
    return (problem as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether it is a server with the app of this project: a stale file may name a port that somebody else has now. */
async function answers({ url, appId, restKey }: Running): Promise<boolean> {
  try {
    const response = await fetch(`${url}/parse/config`, {
      headers: { 'X-Parse-Application-Id': appId, 'X-Parse-REST-API-Key': restKey },
      signal: AbortSignal.timeout(HEALTH_PATIENCE_MS),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
