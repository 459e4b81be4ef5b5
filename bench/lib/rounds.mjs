// The closed-loop part: every cell in turn, round by round, with the yardstick in each round, so that a noisy minute of the
// machine hits all of them. The median of the rounds counts.
import { median } from './numbers.mjs';
import { CONNECTIONS, cellName, cells } from './operations.mjs';
import { measure, writeRequests } from './wrk.mjs';

const WARM_UP_SECONDS = 1;

/** Measures all cells of a server, and the yardstick beside them. */
export async function measureRounds({ server, constant, folder, rounds, seconds, say }) {
  const prepared = cells(server.face).map((cell) => ({
    ...cell,
    name: cellName(cell),
    file: writeRequests(folder, `${cell.operation.name} ${cell.caller}`, server.face.requests(cell.operation.name, cell.caller)),
    runs: [],
  }));
  const run = (target, file, connections, length = seconds) =>
    measure({ origin: target.origin, file, connections, seconds: length, find: target.find, findDatabase: target.findDatabase });

  for (const cell of prepared.filter(({ connections }) => connections === 64)) await run(server, cell.file, 64, WARM_UP_SECONDS);
  const yardsticks = [];
  for (let round = 0; round < rounds; round += 1) {
    yardsticks.push(await measureYardsticks((method, connections) => run(constant, constant.files[method], connections)));
    for (const cell of prepared) {
      cell.runs.push(await run(server, cell.file, cell.connections, seconds * (cell.operation.lengthFactor ?? 1)));
    }
    say(`round ${round + 1} of ${rounds}`);
  }
  return {
    constant: Object.keys(yardsticks[0]).map((name) => ({ name, ...summary(yardsticks.map((one) => one[name])) })),
    cells: prepared.map((cell) => ({
      operation: cell.operation.name,
      caller: cell.caller,
      connections: cell.connections,
      ...summary(cell.runs),
      ratio: ratioOf(cell, yardsticks, (run) => run.cpuUs),
      ownRatio: ratioOf(cell, yardsticks, (run) => run.serverCpuUs),
    })),
  };
}

/** The constant handler, asked in each way and with each number of connections that cells are. */
async function measureYardsticks(run) {
  const measured = {};
  for (const connections of CONNECTIONS) {
    for (const method of ['GET', 'POST']) measured[yardstickName(method, connections)] = await run(method, connections);
  }
  return measured;
}

/** A figure of a cell as a multiple of the constant handler's CPU time. */
function ratioOf({ operation, connections, runs }, yardsticks, figure) {
  const name = yardstickName(operation.yardstick, connections);
  return median(runs.map((run, round) => figure(run) / yardsticks[round][name].cpuUs));
}

const yardstickName = (method, connections) => `${method} with ${connections} connections`;

/** The median of each figure, all runs, and what made runs invalid. */
function summary(runs) {
  const figures = ['perSecond', 'p50Ms', 'p99Ms', 'cpuUs', 'serverCpuUs', 'kernelCpuUs', 'databaseCpuUs'];
  const problems = runs.map(({ problem }) => problem).filter(Boolean);
  return { ...Object.fromEntries(figures.map((name) => [name, median(runs.map((run) => run[name]))])), problems, runs };
}
