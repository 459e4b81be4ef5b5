// The platforms that there are packages for, and which of them this machine is. Knows nothing of files.

/** A platform: the last part of its package's name, and what `package.json` says so that npm installs no other. */
export type Platform = { name: string; os: string; cpu: string; libc?: 'glibc' | 'musl' };

/** Every platform that a package can be made for. */
export const PLATFORMS: readonly Platform[] = [
  { name: 'linux-x64', os: 'linux', cpu: 'x64', libc: 'glibc' },
  { name: 'linux-arm64', os: 'linux', cpu: 'arm64', libc: 'glibc' },
  { name: 'linux-x64-musl', os: 'linux', cpu: 'x64', libc: 'musl' },
  { name: 'linux-arm64-musl', os: 'linux', cpu: 'arm64', libc: 'musl' },
  { name: 'darwin-x64', os: 'darwin', cpu: 'x64' },
  { name: 'darwin-arm64', os: 'darwin', cpu: 'arm64' },
];

/** What a machine is, in the words of Node. */
export type Machine = { os: string; cpu: string; libc?: 'glibc' | 'musl' | undefined };

/** The platform of a machine; `undefined` when there is no package for it. */
export function platformOf(machine: Machine): Platform | undefined {
  return PLATFORMS.find(
    ({ os, cpu, libc }) =>
      os === machine.os && cpu === machine.cpu && (libc === undefined || libc === (machine.libc ?? 'glibc')),
  );
}

/** The name of the package that has the binary of a platform. */
export function packageName(platform: Platform): string {
  return `@astrolabe/cli-${platform.name}`;
}
