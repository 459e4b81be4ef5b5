// What a run may be asked for, all in environment variables, each with its bound.
const env = process.env;
const quick = env.QUICK === '1';

/** A whole number from the environment. */
function number(name, standard, min, max) {
  const text = env[name];
  const value = text === undefined || text === '' ? standard : Number(text);
  if (!Number.isInteger(value) || value < min || value > max) throw new Error(`${name} must be ${min} to ${max}, not ${text}`);
  return value;
}

/** Words of the environment, with commas between them. */
function words(name, known) {
  const chosen = env[name] ? env[name].split(',') : known;
  const unknown = chosen.filter((word) => !known.includes(word));
  if (unknown.length > 0) throw new Error(`${name} knows ${known.join(', ')}, not ${unknown.join(', ')}`);
  return chosen;
}

export const SUBJECTS = ['astrolabe', 'astrolabe-normal', 'astrolabe-postgres', 'pocketbase', 'parse-server', 'postgrest'];

export const options = {
  quick,
  /** Objects of the large class: of Astrolabe, of its row with NORMAL, which is there for the writes, and of the peers. */
  rows: number('ROWS', quick ? 20_000 : 1_000_000, 10_000, 100_000_000),
  normalRows: number('NORMAL_ROWS', quick ? 20_000 : 100_000, 10_000, 100_000_000),
  peerRows: number('PEER_ROWS', quick ? 20_000 : 1_000_000, 10_000, 100_000_000),
  /** How often each cell is measured; the median counts. The musts are judged by Astrolabe's, so the others get fewer. */
  rounds: number('ROUNDS', quick ? 1 : 5, 1, 25),
  otherRounds: number('OTHER_ROUNDS', quick ? 1 : 2, 1, 25),
  /** Seconds of one measurement. Not SECONDS, which is a clock in bash. */
  seconds: number('ROUND_SECONDS', quick ? 1 : 2, 1, 60),
  /** Seconds of the open-loop load. */
  loadSeconds: number('LOAD_SECONDS', quick ? 4 : 12, 4, 300),
  /** How often each server is started to time it. */
  starts: number('STARTS', quick ? 5 : 20, 1, 100),
  otherStarts: number('OTHER_STARTS', 5, 1, 100),
  subjects: words('ONLY', SUBJECTS),
  /** First port to try; 0 takes any that is free. */
  port: number('BENCH_PORT', 0, 0, 65_000),
};
