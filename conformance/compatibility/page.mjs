// Makes docs/reference/parse-compatibility.md: what the binary answers to the rows of `rows.mjs`, what the tests of the
// SDK are called, how many recorded requests are answered alike, and the reasons of those that are not. The words around
// it are in `words.md`.
import { readdir, readFile } from 'node:fs/promises';
import { makeFixture } from './fixture.mjs';
import { sections } from './rows.mjs';
import { differenceOf } from '../wire/differences.mjs';
import { topics } from '../wire/topics.mjs';

const here = name => new URL(name, import.meta.url);

/** Where the page is. */
export const page = here('../../docs/reference/parse-compatibility.md');

/**
 * The page as it has to be. `urls` are those of servers by the name of their database. Throws when a row is answered in a
 * way the page cannot tell.
 */
export async function makePage(urls) {
  const parts = {
    rows: await rowTables(urls),
    recorded: await recordedTable(),
    reasons: await reasonTable(),
    sdk: await sdkList(),
    options: await optionTable(),
  };
  const words = await readFile(here('words.md'), 'utf8');
  return words.replace(/^<!-- (\w+) -->$/gm, (whole, name) => parts[name] ?? whole);
}

async function rowTables(urls) {
  const databases = Object.keys(urls);
  const asks = await Promise.all(Object.values(urls).map(makeFixture));
  const tables = [];
  for (const [title, head, rows] of sections) {
    const lines = [`### ${title}`, '', `| ${[head, ...databases].join(' | ')} |`, `|---|${'---|'.repeat(databases.length)}`];
    for (const [what, request, note, wanted] of rows) {
      const answers = await Promise.all(asks.map(ask => ask(request)));
      const verdicts = answers.map(answer => verdict(what, answer, note, wanted));
      // Said once where a note holds for all.
      const cells = verdicts.map((said, place) => (place > 0 && said === verdicts[0] ? said.split('; ')[0] : said));
      lines.push(`| ${[what, ...cells].join(' | ')} |`);
    }
    tables.push(lines.join('\n'));
  }
  return tables.join('\n\n');
}

const NOT_YET = /not (yet )?available|not available yet|unsupported|no such endpoint|not yet/i;

function verdict(what, { status, body }, note, wanted) {
  if (wanted ? body.code === wanted : status < 300) return note ? `spoken; ${note}` : 'spoken';
  const isRefusedByName = body.code === 108 || body.code === 252 || NOT_YET.test(body.error ?? '');
  if (status >= 500 || !isRefusedByName) throw new Error(`${what}: ${status} ${JSON.stringify(body)}`);
  return `not yet: ${status}, code ${body.code}`;
}

const goldenOf = async topic => JSON.parse(await readFile(here(`../wire/golden/${topic}.json`), 'utf8'));

async function* recordedRequests() {
  for (const topic of Object.keys(topics)) {
    for (const [name, golden] of Object.entries(await goldenOf(topic))) {
      yield { topic, name, difference: differenceOf(topic, name, golden) };
    }
  }
}

/** The options of Parse Server, from the page of all settings, which a test of the binary keeps fresh. */
async function optionTable() {
  const configuration = await readFile(here('../../docs/reference/configuration.md'), 'utf8');
  const [, names] = configuration.split("## Parse Server's names");
  const spoken = [...names.matchAll(/^\| (`[^`]+`) \| `[^`]+` \| (.+) \|$/gm)].map(([, option, here]) => [option, here]);
  const idle = names.match(/idle in this version: ([^]*?)\.\n/)[1].match(/`[^`]+`/g);
  if (spoken.length === 0 || idle.length === 0) throw new Error('the page of settings has another form');
  const rows = [...spoken, ...idle.map(option => [option, 'not yet: accepted with a warning'])];
  return ['| option | here |', '|---|---|', ...rows.map(([option, here]) => `| ${option} | ${here} |`)].join('\n');
}

async function recordedTable() {
  const counts = new Map();
  for await (const { topic, difference } of recordedRequests()) {
    const count = counts.get(topic) ?? { all: 0, alike: 0 };
    count.all += 1;
    if (!difference) count.alike += 1;
    counts.set(topic, count);
  }
  const sum = key => [...counts.values()].reduce((total, count) => total + count[key], 0);
  const line = (topic, { all, alike }) => `| ${topic} | ${all} | ${alike} | ${all - alike} |`;
  return [
    '| topic | requests | answered alike | answered otherwise |',
    '|---|---|---|---|',
    ...[...counts].map(([topic, count]) => line(topic, count)),
    line('together', { all: sum('all'), alike: sum('alike') }),
  ].join('\n');
}

async function reasonTable() {
  const reasons = new Map();
  for await (const { difference } of recordedRequests()) {
    if (difference) reasons.set(difference.because, (reasons.get(difference.because) ?? 0) + 1);
  }
  const sorted = [...reasons].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return ['| reason | requests |', '|---|---|', ...sorted.map(([because, count]) => `| ${because.replaceAll('|', '\\|')} | ${count} |`)].join('\n');
}

/** `test('a name', …)` */
const TEST = /^\s*test\(\s*(['"`])((?:\\.|(?!\1).)*)\1/gm;
/** `'a name': [query => …, …]`, a row of a table of tests */
const ROW = /^ {2}(?:'((?:\\.|[^'])*)'|(\w+)): \[\s*(?:\w+|\(\)) =>/gm;

const testNames = text => [...text.matchAll(ROW)].map(([, quoted, plain]) => quoted ?? plain).concat([...text.matchAll(TEST)].map(([, , name]) => name));

/** The names of the SDK's tests say what its users do. */
async function sdkList() {
  const files = (await readdir(here('../parse-js/test'))).filter(name => name.endsWith('.test.mjs')).sort();
  const lists = [];
  for (const file of files) {
    const text = await readFile(here(`../parse-js/test/${file}`), 'utf8');
    const names = testNames(text).map(name => name.replace(/\\(.)/g, '$1'));
    lists.push(`- **${file.replace('.test.mjs', '')}** (${names.length}): ${names.join('; ')}`);
  }
  return lists.join('\n');
}
