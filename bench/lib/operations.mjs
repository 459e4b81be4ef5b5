// What is measured, in the order of the tables. `yardstick` is the constant answer that a figure is a multiple of;
// `lengthFactor` makes the measurement of something slow longer, so that enough requests are counted.
export const OPERATIONS = [
  { name: 'create', label: 'create', yardstick: 'POST', master: true },
  { name: 'createIndexed', label: 'create, two indexed fields', yardstick: 'POST', master: true },
  { name: 'get', label: 'get by id', yardstick: 'GET', master: true },
  { name: 'list', label: 'list of 100', yardstick: 'GET', master: true },
  { name: 'query', label: 'indexed query, 20 objects', yardstick: 'GET', master: true },
  { name: 'update', label: 'update', yardstick: 'POST', master: true },
  { name: 'page', label: '100 of ROWS, caller may read 1 %', yardstick: 'GET', master: true },
  { name: 'text', label: 'search by a word, 20 objects', yardstick: 'GET', master: true },
  { name: 'geo', label: 'nearest 20 places', yardstick: 'GET', master: true },
  { name: 'aggregate', label: 'sums of 500 objects in 10 groups', yardstick: 'GET', master: true },
  { name: 'session', label: 'session check', yardstick: 'GET', master: false },
  { name: 'login', label: 'log-in', yardstick: 'POST', master: false, lengthFactor: 4 },
];

export const CONNECTIONS = [16, 64];

/**
 * Every cell of the table that a server has something for: operation, caller, connections. The master key is measured with
 * 64 connections only.
 */
export function cells(face) {
  const all = [];
  for (const connections of CONNECTIONS) {
    for (const operation of OPERATIONS) all.push({ operation, caller: 'user', connections });
  }
  for (const operation of OPERATIONS.filter(({ master }) => master)) {
    all.push({ operation, caller: 'master', connections: 64 });
  }
  return all.filter(({ operation, caller }) => face.requests(operation.name, caller) !== null);
}

export const cellName = ({ operation, caller, connections }) => `${operation.name} ${caller} ${connections}`;
