// What a reader has to know of the machine, and nothing that names it.
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { runToEnd } from './servers.mjs';

export async function machine(root) {
  const git = async (...args) => (await runToEnd('git', ['-C', root, ...args]).catch(() => '')).trim();
  const changed = await git('status', '--porcelain', '--untracked-files=no');
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release().replace(/-.*/, ''),
    system: /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown',
    commit: `${await git('rev-parse', '--short=10', 'HEAD')}${changed ? ' with changes' : ''}`,
    node: process.version,
    wrk: /wrk \S*?([\d.]+)/.exec(await runToEnd('sh', ['-c', 'wrk -v || true']))?.[1] ?? 'unknown',
    loadAtStart: loadavg()[0],
  };
}
