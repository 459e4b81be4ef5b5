#!/usr/bin/env node
// The command `astrolabe`: runs the binary in the place of this process, as far as Node can.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { BinaryNotFoundError, binaryPath } from './index.ts';

function run(binary: string): void {
  const child = spawn(binary, process.argv.slice(2), { stdio: 'inherit' });
  // The binary decides when it is over; this process waits for it. A terminal sends its signals to both.
  const isTerminal = process.stdin.isTTY === true;
  for (const signal of ['SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => isTerminal || child.kill(signal));
  }
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.once('error', (error) => fail(`${binary} does not start: ${error.message}`));
  child.once('exit', (code, signal) => {
    process.exitCode = signal ? 128 + constants.signals[signal] : (code ?? 1);
  });
}

function fail(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}

try {
  run(binaryPath());
} catch (error) {
  if (!(error instanceof BinaryNotFoundError)) throw error;
  fail(error.message);
}
