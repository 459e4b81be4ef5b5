// A benchmark that judges wrongly is worse than none: what counts as a pass, as a failure, and as no figure at all.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SPOTS, bestEvents, bestNotes, nearestSpots, ownerOf, placeOf, scoreOf, spot, totals, word } from '../lib/dataset.mjs';
import { judge, line } from '../lib/musts.mjs';
import { median, show } from '../lib/numbers.mjs';
import { page } from '../lib/report.mjs';
import { problemOf } from '../lib/wrk.mjs';

const good = { caller: 'user', connections: 64, problems: [], cpuUs: 40, ratio: 2, ownRatio: 2 };
const cells = ['create', 'createIndexed', 'get', 'list', 'query', 'update', 'page', 'session', 'login'].map((operation) => ({ ...good, operation }));
const openLoop = { factor: 1.5 };
const result = { rows: 1e6, cells, startMs: 20, idlePssMiB: 20, openLoop };

test('a must holds up to its limit and not beyond', () => {
  for (const [figure, holds] of [[5.99, true], [6, true], [6.01, false], [null, null], [undefined, null], [NaN, null]]) {
    assert.equal(line('create', 6, 4.5, figure).holds, holds, `${figure}`);
  }
});

test('all musts hold for good figures, and each fails for its own', () => {
  assert.deepEqual(judge('astrolabe', result).map(({ holds }) => holds), Array(8).fill(true));
  const worse = { ...result, cells: cells.map((cell) => (cell.operation === 'get' ? { ...cell, ratio: 2.7 } : cell)), openLoop: { factor: 2.1 } };
  assert.deepEqual(judge('astrolabe', worse).map(({ holds }) => holds), [true, false, true, true, true, true, true, false]);
});

test('on PostgreSQL the multiples are of the server alone, and the page is of both', () => {
  const figures = cells.map((cell) => ({ ...cell, ratio: 20, ownRatio: 3, cpuUs: 11_000, serverCpuUs: 100 }));
  const musts = judge('astrolabe-postgres', { ...result, cells: figures });
  assert.deepEqual(musts.map(({ holds }) => holds), [true, true, true, false]);
  assert.deepEqual(judge('parse-server', result), []);
});

test('an invalid cell and a failed open loop give no figure, not a good one', () => {
  const invalid = cells.map((cell) => (cell.operation === 'page' ? { ...cell, problems: ['3 status errors'] } : cell));
  const musts = judge('astrolabe', { ...result, cells: invalid, openLoop: { problem: 'an answer with status 503' } });
  assert.deepEqual(musts.filter(({ holds }) => holds === null).map(({ limit }) => limit), [1, 2]);
});

test('a measurement with a failure or with few answers is invalid', () => {
  const fine = { requests: 128, status: 0, connect: 0, read: 0, write: 0, timeout: 0 };
  assert.equal(problemOf(fine, 64), null);
  for (const bad of [{ status: 1 }, { connect: 1 }, { read: 1 }, { write: 1 }, { timeout: 1 }, { requests: 127 }, { requests: 0 }]) {
    assert.ok(problemOf({ ...fine, ...bad }, 64), JSON.stringify(bad));
  }
});

test('medians', () => {
  for (const [values, expected] of [[[], null], [[3], 3], [[9, 1, 5], 5], [[4, 1, 3, 2], 2.5], [[10, 9, 100], 10]]) {
    assert.equal(median(values), expected);
  }
  assert.equal(show(null), '–');
});

test('the data set is scattered, and its right answers are those of a plain sort', () => {
  const rows = 12_345;
  const scores = Array.from({ length: rows }, (_, i) => scoreOf(i));
  assert.equal(new Set(scores).size, rows);
  const best = (wanted) => scores.filter((_, i) => wanted(i)).sort((a, b) => b - a).slice(0, 100);
  assert.deepEqual(bestEvents(rows, 7), best((i) => ownerOf(i) === 7));
  assert.deepEqual(bestEvents(rows), best(() => true));
  assert.deepEqual(bestNotes(), best((i) => i < 10_000));
});

test('each word is in the same number of spots, sums add up, and a place is nearest to itself', () => {
  const texts = Array.from({ length: SPOTS }, (_, i) => spot(i).about.split(' '));
  for (const n of [0, 7, 999]) assert.equal(texts.filter((words) => words.includes(word(n))).length, 120);
  assert.equal(new Set(texts[3]).size, 12);
  const amounts = Array.from({ length: SPOTS }, (_, i) => spot(i)).filter(({ kind }) => kind === 'kind3').map(({ amount }) => amount);
  assert.equal(Object.values(totals('kind3')).reduce((a, b) => a + b), amounts.reduce((a, b) => a + b));
  assert.equal(Object.keys(totals('kind3')).length, 10);
  for (const i of [0, 1234, 9_999]) {
    const nearest = nearestSpots(placeOf(i));
    assert.equal(nearest[0], `Spot ${i}`);
    assert.equal(nearest.length, 20);
  }
});

test('the page says when the machine was busy, and that a server was not measured', () => {
  const machine = { cpu: 'a processor', cores: 2, memoryGiB: 8, system: 'a system', kernel: '6', commit: 'abc', wrk: '4', node: 'v22', loadAtStart: 3 };
  const run = { date: '2026-01-01', settings: '', machine, musts: null, results: [{ title: 'PocketBase', problem: 'it did not start' }] };
  assert.match(page(run), /busy/);
  assert.match(page(run), /Not measured: it did not start/);
  assert.doesNotMatch(page({ ...run, machine: { ...machine, loadAtStart: 0.1 } }), /busy/);
});
