// Starting and stopping the servers that are measured. They listen on loopback, and end with this process however it
// ends: the kernel tells them (`setpriv --pdeathsig`), because none but ours watches its standard input.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { stop as stopChild } from '../../scripts/processes.mjs';

export const HOST = '127.0.0.1';
const READY_MS_MAX = 120_000;
const POLL_MS = 1;

const running = new Set();

/** Starts a program; what it prints goes to `log`, a file. */
export function launch(command, args, { env = {}, cwd, log }) {
  const output = openSync(log, 'a', 0o600);
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', command, ...args], {
    cwd,
    env: { ...cleanEnvironment(), ...env },
    stdio: ['pipe', output, output],
  });
  closeSync(output);
  child.logFile = log;
  running.add(child);
  child.once('exit', () => running.delete(child));
  child.once('error', () => running.delete(child));
  return child;
}

/** Waits until the address answers with 200, and gives the milliseconds since `since`. */
export async function untilReady(child, port, path, since = performance.now()) {
  while ((await statusOf(port, path)) !== 200) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`The server ended before it was ready: ${endOf(child.logFile)}`);
    if (performance.now() - since > READY_MS_MAX) throw new Error(`The server was not ready after ${READY_MS_MAX / 1000} s.`);
    await delay(POLL_MS);
  }
  return performance.now() - since;
}

/** Without what configures the servers: a run must not depend on who starts it. */
function cleanEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(ASTROLABE|PARSE_SERVER|PORT$|NODE_OPTIONS$)/.test(name)));
}

const endOf = (file) => readFileSync(file, 'utf8').slice(-1_000).trim();

function statusOf(port, path) {
  return new Promise((resolve) => {
    const request = get({ host: HOST, port, path, agent: false, timeout: 5000 }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode));
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(0));
  });
}

/** Asks a server to end and waits for it; one that was never started is fine. */
export async function halt(child) {
  if (child) await stopChild(child);
}

/** Ends everything that was started here. */
export async function haltAll() {
  await Promise.all([...running].map(stopChild));
}

/** Runs a program to its end and gives what it printed; it is killed after `ms_max`. */
export async function runToEnd(command, args, { env = {}, input, ms_max = 600_000 } = {}) {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', command, ...args], {
    env: { ...process.env, ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    timeout: ms_max,
    killSignal: 'SIGKILL',
  });
  running.add(child);
  let output = '';
  let problems = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (problems += chunk));
  if (input !== undefined) child.stdin.end(input);
  const [code, signal] = await once(child, 'close');
  running.delete(child);
  if (code !== 0) throw new Error(`${command} ended with ${signal ?? code}: ${problems.slice(-2000) || output.slice(-2000)}`);
  return output;
}
