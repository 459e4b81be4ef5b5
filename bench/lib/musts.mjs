// What Astrolabe has to reach, and whether it did. The multiples are of the server CPU time of the constant handler, with
// 64 connections, as a signed-in user; on PostgreSQL that of the database's own processes is left out of them.

const RATIOS = {
  'astrolabe': [
    ['create', 'create', 6, 4.5],
    ['get', 'get by id', 2.6, 2],
    ['list', 'list of 100', 22, 16],
    ['session', 'session check', 5, 4],
  ],
  'astrolabe-postgres': [
    ['create', 'create', 5, 3.5],
    ['get', 'get by id', 4, 2.8],
    ['list', 'list of 100', 15, 12],
  ],
};
const PAGE_CPU_MS = { 'astrolabe': [1, 0.5], 'astrolabe-postgres': [10, 2] };
const START_MS = 50;
const IDLE_PSS_MIB = 25;
const STORM_FACTOR = 2;

/** One line per must of a server: what, limit, aim, figure, and whether it holds; `null` where there is no valid figure. */
export function judge(name, result) {
  if (name === 'astrolabe') return [...ratios(name, result, 'ratio', ''), pageOf(name, result, ''), ...whole(result)];
  if (name === 'astrolabe-postgres') return [...ratios(name, result, 'ownRatio', 'PostgreSQL: '), pageOf(name, result, 'PostgreSQL: ')];
  return [];
}

function ratios(name, result, figure, prefix) {
  const own = figure === 'ownRatio' ? 'own CPU' : 'CPU';
  return RATIOS[name].map(([operation, label, limit, aim]) =>
    line(`${prefix}${label}, ${own} as a multiple of the constant`, limit, aim, valid(result, operation, (cell) => cell[figure])));
}

/** Server and database together. */
function pageOf(name, result, prefix) {
  const what = `${prefix}page of 100 of ${result.rows.toLocaleString('en-GB')}, 1 % readable, CPU in ms`;
  return line(what, ...PAGE_CPU_MS[name], valid(result, 'page', (cell) => cell.cpuUs / 1000));
}

function whole(result) {
  const openLoop = result.openLoop?.problem ? null : result.openLoop;
  return [
    line('start to ready, ms', START_MS, 20, result.startMs),
    line('idle PSS, MiB', IDLE_PSS_MIB, 15, result.idlePssMiB),
    line('p99 of reads in a storm of 100 log-ins, as a multiple of without', STORM_FACTOR, null, openLoop?.factor),
  ];
}

function valid(result, operation, figure) {
  const cell = result.cells.find((one) => one.operation === operation && one.caller === 'user' && one.connections === 64);
  return cell && cell.problems.length === 0 ? figure(cell) : null;
}

/** One must. */
export function line(what, limit, aim, figure) {
  const known = figure !== null && figure !== undefined && !Number.isNaN(figure);
  return { what, limit, aim, figure: known ? figure : null, holds: known ? figure <= limit : null };
}
