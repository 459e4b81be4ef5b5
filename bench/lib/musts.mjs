// What Astrolabe has to reach, and whether it did. The multiples are of the server CPU time of the constant handler, with
// 64 connections, as a signed-in user.

const RATIOS = [
  ['create', 'create', 6, 4.5],
  ['get', 'get by id', 2.6, 2],
  ['list', 'list of 100', 22, 16],
  ['session', 'session check', 5, 4],
];
const PAGE_CPU_MS = 1;
const START_MS = 50;
const IDLE_PSS_MIB = 25;
const STORM_FACTOR = 2;

/** One line per must: what, limit, aim, figure, and whether it holds; `null` where there is no valid figure. */
export function judge(result) {
  const cell = (operation) =>
    result.cells.find((one) => one.operation === operation && one.caller === 'user' && one.connections === 64);
  const valid = (one, figure) => (one && one.problems.length === 0 ? figure : null);
  const ratioOf = (operation) => valid(cell(operation), cell(operation)?.ratio);
  const openLoop = result.openLoop?.problem ? null : result.openLoop;
  return [
    ...RATIOS.map(([operation, label, limit, aim]) => line(`${label}, CPU as a multiple of the constant`, limit, aim, ratioOf(operation))),
    line(`page of 100 of ${result.rows.toLocaleString('en-GB')}, 1 % readable, CPU in ms`, PAGE_CPU_MS, 0.5, valid(cell('page'), cell('page')?.cpuUs / 1000)),
    line('start to ready, ms', START_MS, 20, result.startMs),
    line('idle PSS, MiB', IDLE_PSS_MIB, 15, result.idlePssMiB),
    line('p99 of reads in a storm of 100 log-ins, as a multiple of without', STORM_FACTOR, null, openLoop?.factor),
  ];
}

/** One must. */
export function line(what, limit, aim, figure) {
  const known = figure !== null && figure !== undefined && !Number.isNaN(figure);
  return { what, limit, aim, figure: known ? figure : null, holds: known ? figure <= limit : null };
}
