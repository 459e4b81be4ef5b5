// The CPU meter against work of a known size: time spent in a child's child counts, time spent elsewhere does not.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { family, meterCpu, pssMiB } from '../lib/processes.mjs';

const WORK_MS = 300;

test('the meter counts a process and all below it', async () => {
  const busy = `const end = process.cpuUsage().user + ${WORK_MS * 1000}; while (process.cpuUsage().user < end);`;
  const shell = spawn('sh', ['-c', `"${process.execPath}" -e '${busy} console.log("done"); process.stdin.resume()'; :`], { stdio: ['pipe', 'pipe', 'inherit'] });
  const meter = meterCpu(() => family(shell.pid));
  const idle = meterCpu(() => [shell.pid]);
  await once(shell.stdout, 'data');
  assert.ok(family(shell.pid).length >= 2);
  assert.ok(pssMiB(family(shell.pid)) > 1);
  const counted_us = meter.stop();
  const alone_us = idle.stop();
  shell.stdin.end();
  await once(shell, 'close');
  assert.ok(counted_us >= WORK_MS * 900, `${counted_us} µs counted`);
  assert.ok(alone_us < WORK_MS * 500, `${alone_us} µs of the shell alone`);
});
