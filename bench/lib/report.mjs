// The results of a run as Markdown. results.json beside it has every single measurement.
import { show } from './numbers.mjs';
import { OPERATIONS } from './operations.mjs';

/** Load above which the machine was not quiet when the run began. */
const BUSY_LOAD = 0.5;

/** The whole page. */
export function page(run) {
  const parts = [
    `# Benchmarks of ${run.date}`,
    `[How to read this](../../README.md). ${run.settings}`,
    facts(run),
    run.machine.loadAtStart > BUSY_LOAD ? '**The machine was busy with something else: these figures prove nothing.**' : '',
    run.musts ? `## Musts\n\n${mustTable(run.musts)}` : '',
    '## With 64 connections, as a signed-in user',
    'Server CPU time per request, and as a multiple of the constant handler in the same rounds; what PostgreSQL takes beside it comes after a plus.',
    comparison(run.results),
    ...run.results.map(subject),
  ];
  return `${parts.filter(Boolean).join('\n\n')}\n`;
}

function facts({ machine }) {
  return table(['', ''], [
    ['processor', `${machine.cpu}, ${machine.cores} cores`],
    ['memory', `${machine.memoryGiB} GiB`],
    ['system', `${machine.system}, Linux ${machine.kernel}`],
    ['commit', machine.commit],
    ['tools', `wrk ${machine.wrk}, Node ${machine.node}`],
    ['load before the run', show(machine.loadAtStart)],
  ]);
}

/** Musts with their figures. */
export function mustTable(musts) {
  const verdict = { true: 'pass', false: '**fail**', null: '**no valid figure**' };
  return table(['must', 'limit', 'aim', 'measured', ''], musts.map((one) => [
    one.what, `<= ${one.limit}`, one.aim ?? '', show(one.figure), verdict[one.holds],
  ]));
}

function comparison(results) {
  const measured = results.filter(({ cells }) => cells);
  const rows = OPERATIONS.map(({ name, label }) => [
    label,
    ...measured.map(({ cells }) => {
      const cell = cells.find((one) => one.operation === name && one.caller === 'user' && one.connections === 64);
      if (!cell) return '–';
      if (cell.problems.length > 0) return 'invalid';
      const database = cell.databaseCpuUs ? ` + ${micros(cell.databaseCpuUs)}` : '';
      return `${micros(cell.serverCpuUs)} (${show(cell.ownRatio)}x)${database}`;
    }),
  ]);
  const sizes = ['objects in the large class (ROWS)', ...measured.map((result) => count(result.rows))];
  return table(['', ...measured.map(({ title }) => title)], [sizes, ...rows]);
}

function subject(result) {
  const head = `## ${result.title}${result.version ? ` (${result.version})` : ''}`;
  if (result.problem) return `${head}\n\nNot measured: ${result.problem}`;
  const lines = [
    `- Durability: ${result.durability}.`,
    `- Start to ready on its data: ${show(result.startMs, ' ms')} (median of ${result.starts}).`,
    `- PSS: idle ${show(result.idlePssMiB, ' MiB')}, after the run ${show(result.endPssMiB, ' MiB')}${databasePss(result)}.`,
    `- The large class has ${count(result.rows)} objects, loaded by ${result.loadedBy} in ${show(result.loadSeconds, ' s')}.`,
    `- Median of ${result.rounds} rounds.`,
    ...result.remarks.map((remark) => `- Note: ${remark}.`),
    `- Constant handler in these rounds: ${result.constant.map(({ name, cpuUs, kernelCpuUs }) => `${name} ${micros(cpuUs)} (${micros(kernelCpuUs)} in the kernel)`).join(', ')}.`,
  ];
  return [head, lines.join('\n'), cellTable(result.cells), equalRates(result.equalRate), openLoop(result.openLoop)].filter(Boolean).join('\n\n');
}

const databasePss = ({ databasePssMiB }) => (databasePssMiB ? `, and ${show(databasePssMiB, ' MiB')} of PostgreSQL backends` : '');

function cellTable(cells) {
  return table(['operation', 'caller', 'connections', 'requests/s', 'p50', 'p99', 'CPU per request', 'of the server in the kernel', 'multiple', 'of the server alone'], cells.map((cell) => {
    const start = [labelOf(cell.operation), cell.caller === 'master' ? 'master key' : 'user', cell.connections];
    if (cell.problems.length > 0) return [...start, `invalid: ${cell.problems[0]}`, '', '', '', '', '', ''];
    return [
      ...start, show(cell.perSecond), show(cell.p50Ms, ' ms'), show(cell.p99Ms, ' ms'),
      micros(cell.cpuUs) + (cell.databaseCpuUs ? ` (${micros(cell.databaseCpuUs)} in the database)` : ''), micros(cell.kernelCpuUs), `${show(cell.ratio)}x`,
      cell.databaseCpuUs ? `${show(cell.ownRatio)}x` : '',
    ];
  }));
}

function equalRates(lines) {
  if (!lines) return '';
  const rows = lines.map(({ label, rate, problem, serverCpuUs, databaseCpuUs, constantCpuUs, ownRatio }) => {
    const database = databaseCpuUs ? ` + ${micros(databaseCpuUs)}` : '';
    return [label, count(rate), ...(problem ? [`invalid: ${problem}`, '', ''] : [micros(serverCpuUs) + database, micros(constantCpuUs), `${show(ownRatio)}x`])];
  });
  return `As a user at a fixed rate, half of the above, beside the constant handler at that rate:\n\n${
    table(['operation', 'requests/s', 'CPU per request', 'of the constant', 'multiple'], rows)}`;
}

function openLoop(figures) {
  if (!figures) return '';
  if (figures.problem) return `Open loop: invalid, ${figures.problem}`;
  const { calm, stormy } = figures;
  const row = (what, times) => [what, count(times.count), show(times.p50_ms, ' ms'), show(times.p99_ms, ' ms'), show(times.max_ms, ' ms')];
  return `Open loop: eight gets, a list of 100 and an indexed query in turn, ${show(figures.rate)} a second, which is half of the \
${show(figures.saturation)} that this mix reaches at most.\n\n${table(['', 'requests', 'p50', 'p99', 'longest'], [
    row('reads without log-ins', calm.reads),
    ...(stormy ? [
      row('reads, run with the storm', stormy.reads),
      row(`reads that were due while the storm raged (${show(stormy.storm.took_ms, ' ms')})`, stormy.storm.reads_during),
      row('log-ins of the storm', stormy.storm.requests),
    ] : []),
  ])}`;
}

const count = (value) => value.toLocaleString('en-GB');
const labelOf = (name) => OPERATIONS.find((one) => one.name === name).label;
const micros = (value) => (value >= 1000 ? show(value / 1000, ' ms') : show(value, ' µs'));

/** A table in Markdown. */
export function table(head, rows) {
  const line = (values) => `| ${values.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
