// Starts Astrolabe on a data folder of many apps.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Gives the process and its address once it takes requests; it ends with this process. */
export async function startAstrolabe({ binary, data, openMax }) {
  const args = ['start', '--data', data, '--listen', '127.0.0.1:0', '--log-level', 'error', '--exit-on-stdin-eof'];
  const child = spawn(binary, args, {
    env: { ...process.env, ASTROLABE_APPS_OPEN_MAX: String(openMax) },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('ready ')) resolve(line.slice('ready '.length).trim());
    });
    child.once('exit', (code) => reject(new Error(`${binary} ended with ${code}`)));
  });
  return { child, url };
}
