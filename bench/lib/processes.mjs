// What processes cost, read from /proc: CPU time of a process and all below it, of the backends of a PostgreSQL database,
// and proportional set size.
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Clock ticks per second of utime and stime; it is 100 on every Linux that Debian supports. */
const TICKS_PER_SECOND = 100;
const SAMPLE_EVERY_MS = 200;
/** A server rests when it takes no more than this much CPU time in such a window. */
const REST_WINDOW_MS = 200;
const REST_CPU_US = 10_000;
const REST_MS_MAX = 20_000;

/** The process and everything below it. */
export function family(pid) {
  const parents = new Map();
  for (const id of processIds()) {
    const stat = statOf(id);
    if (stat) parents.set(id, stat.parent);
  }
  const found = [pid];
  for (let i = 0; i < found.length; i += 1) {
    for (const [id, parent] of parents) if (parent === found[i] && !found.includes(id)) found.push(id);
  }
  return found;
}

/** The local PostgreSQL processes that serve this database. Their title names it. */
export function backendsOf(database) {
  return processIds().filter((pid) => {
    const title = read(`/proc/${pid}/cmdline`) ?? '';
    return title.startsWith('postgres: ') && title.includes(` ${database} `);
  });
}

/** Adds up CPU time of the processes that `find` lists, also of those that come and go while it runs. */
export function meterCpu(find) {
  const first = new Map();
  const last = new Map();
  let began = false;
  const sample = () => {
    for (const pid of find()) {
      const stat = statOf(pid);
      if (!stat) continue;
      // A process that appears during the run has spent all its time in it.
      if (!first.has(pid)) first.set(pid, began ? { user: 0, kernel: 0 } : stat);
      last.set(pid, stat);
    }
    began = true;
  };
  sample();
  const timer = setInterval(sample, SAMPLE_EVERY_MS);
  const microseconds = (kind) => {
    let ticks = 0;
    for (const [pid, end] of last) ticks += end[kind] - first.get(pid)[kind];
    return (ticks * 1e6) / TICKS_PER_SECOND;
  };
  return {
    /** Microseconds of user and system time since the start. */
    stop() {
      clearInterval(timer);
      sample();
      return microseconds('user') + microseconds('kernel');
    },
    /** What of that was spent in the kernel, once it has stopped. */
    kernelUs: () => microseconds('kernel'),
  };
}

/**
 * Waits until these processes rest: what a run has left behind in their queues, such as passwords to check, must not be
 * counted as the next run's. Gives up after some seconds, because a server may always have a little to do.
 */
export async function untilIdle(find) {
  for (let waited = 0; waited < REST_MS_MAX; waited += REST_WINDOW_MS) {
    const meter = meterCpu(find);
    await delay(REST_WINDOW_MS);
    if (meter.stop() <= REST_CPU_US) return;
  }
}

/** Mebibytes of proportional set size of these processes together; null where they may not be looked at. */
export function pssMiB(pids) {
  let total = 0;
  for (const pid of pids) {
    const text = read(`/proc/${pid}/smaps_rollup`);
    const found = text?.match(/^Pss:\s+(\d+) kB$/m);
    if (!found) return null;
    total += Number(found[1]);
  }
  return total / 1024;
}

function processIds() {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number);
}

function statOf(pid) {
  const text = read(`/proc/${pid}/stat`);
  if (!text) return null;
  // The name is in brackets and may hold spaces and brackets itself.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { parent: Number(fields[1]), user: Number(fields[11]), kernel: Number(fields[12]) };
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The process has ended, or belongs to somebody else.
    return null;
  }
}
