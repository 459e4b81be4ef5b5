// Which binary a machine gets, and what is said where there is none.
import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { BinaryNotFoundError, binaryPath, packageName, platformOf, thisMachine } from '@astrolabe/cli';

const resolve = file => join('/modules', file);
const at = (machine, env = {}) => binaryPath({ env, machine, resolve });

test('each machine gets the package of its platform', () => {
  for (const [os, cpu, libc, name] of [
    ['linux', 'x64', 'glibc', 'linux-x64'],
    ['linux', 'x64', undefined, 'linux-x64'],
    ['linux', 'arm64', 'musl', 'linux-arm64-musl'],
    ['darwin', 'arm64', undefined, 'darwin-arm64'],
  ]) {
    assert.equal(at({ os, cpu, libc }), `/modules/@astrolabe/cli-${name}/bin/astrolabe`);
  }
  assert.ok(packageName(platformOf(thisMachine())), 'the machine of the tests has one');
});

test('a platform without a package is named, with those that have one', () => {
  for (const machine of [{ os: 'win32', cpu: 'x64' }, { os: 'linux', cpu: 'riscv64' }, { os: 'sunos', cpu: 'x64' }]) {
    assert.throws(() => at(machine), error => {
      assert.ok(error instanceof BinaryNotFoundError);
      assert.match(error.message, new RegExp(`${machine.os}-${machine.cpu}.*linux-x64, .*ASTROLABE_BIN`));
      return true;
    });
  }
});

test('a platform package that is missing is named', () => {
  const missing = () => {
    throw new Error('Cannot find module');
  };
  const machine = { os: 'linux', cpu: 'x64', libc: 'musl' };
  assert.throws(() => binaryPath({ env: {}, machine, resolve: missing }), {
    name: 'BinaryNotFoundError',
    message: /@astrolabe\/cli-linux-x64-musl .*linux-x64 with musl is not installed.*--omit=optional/,
  });
});

test('ASTROLABE_BIN names another binary, which has to be there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'astrolabe-cli-'));
  try {
    const binary = join(folder, 'mine');
    const env = { ASTROLABE_BIN: binary };
    const machine = { os: 'plan9', cpu: 'mips' };
    assert.throws(() => at(machine, env), /ASTROLABE_BIN is .*mine/);
    await writeFile(binary, '');
    assert.throws(() => at(machine, env), /no file that can be run/);
    await chmod(binary, 0o755);
    assert.equal(at(machine, env), binary);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
