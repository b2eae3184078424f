// Measures the quality floors row by row and writes them into docs/performance.md.
//
//   node measure/quality.mjs           all rows, 60 s each after 15 s of warm-up, and a direct call beside each: ends within 26 minutes
//   QUICK=1                            15 s after 5 s
//   ROW=loss5,narrow                   only these; the others keep what was measured before
//   DIRECT=0                           without the direct calls
//   node measure/quality.mjs --write   measures nothing, writes the table again
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measureDirect } from './direct.mjs';
import { ROWS } from './rows.mjs';
import { endAll } from './stage.mjs';
import { judge, tableOf, writeTable } from './table.mjs';

const file = join(import.meta.dirname, '../results/quality.json');
const quick = process.env.QUICK === '1';
const times = quick ? { warm: 5, seconds: 15 } : { warm: 15, seconds: 60 };
const direct = quick ? { warm: 5, seconds: 10 } : { warm: 8, seconds: 25 };

/** When all ends, whatever is missing. */
const END = 25.5 * 60_000;
/** No row takes longer than its measurement and this; most take 10 s. */
const ROW_SETUP = 75_000;
/** A row is not begun with less time left than this. */
const WORTH = 1000 * (times.seconds + 2 * times.warm + 10);

const results = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
const started = Date.now();
const left = () => END - (Date.now() - started);

function keep(id, what) {
  results[id] = { ...results[id], ...what };
  mkdirSync(join(import.meta.dirname, '../results'), { recursive: true });
  // JSON has no Infinity: what never came is null.
  writeFileSync(file, JSON.stringify(results, null, 1));
}

/** Browsers add pages of their log. */
const firstLine = (e) => String(e.message).split('\n')[0].slice(0, 200);

/** Runs fn; a browser or a server that hangs must not take the other rows with it. */
async function within(ms, fn) {
  let timer;
  const most = Math.min(ms, left());
  const late = new Promise((_, fail) => { timer = setTimeout(() => fail(new Error(`not done within ${Math.round(most / 1000)} s`)), most); });
  try {
    return await Promise.race([fn(), late]);
  } finally {
    clearTimeout(timer);
    await endAll();
  }
}

async function run(row) {
  const at = new Date().toISOString();
  const budget = times.seconds * 1000 + 2 * times.warm * 1000 + ROW_SETUP;
  for (let tries = 1; ; tries++) {
    try {
      keep(row.id, { at, ...times, quick, error: undefined, measured: await within(budget, () => row.measure(times)) });
      break;
    } catch (e) {
      const error = firstLine(e);
      console.log(`${row.id}: ${error}${tries < 2 ? '; once more' : ''}`);
      keep(row.id, { at, error, measured: undefined });
      if (tries === 2 || left() < WORTH) break;
    }
  }
  if (row.direct && process.env.DIRECT !== '0') {
    try {
      keep(row.id, { direct: await within(direct.seconds * 1000 + direct.warm * 1000 + ROW_SETUP / 2, () => measureDirect(row.direct, direct)) });
    } catch (e) {
      console.log(`${row.id}, direct: ${firstLine(e)}`);
      keep(row.id, { direct: undefined });
    }
  }
  const said = judge(row, results);
  console.log(`${String(Math.round((Date.now() - started) / 1000)).padStart(5)} s  ${row.title}: ${said.result}; ${said.cells.join('; ')}${said.reason ? `; ${said.reason}` : ''}`);
}

if (!process.argv.includes('--write')) {
  const chosen = process.env.ROW ? process.env.ROW.split(',') : ROWS.map((r) => r.id);
  const unknown = chosen.filter((id) => !ROWS.some((r) => r.id === id));
  if (unknown.length > 0) throw new Error(`no such row: ${unknown.join(', ')}. There are ${ROWS.map((r) => r.id).join(', ')}`);
  for (const row of ROWS.filter((r) => chosen.includes(r.id))) {
    if (left() < WORTH) console.log(`${row.id}: no time left, run it with ROW=${row.id}`);
    else await run(row);
  }
}
writeTable(join(import.meta.dirname, '../../../docs/performance.md'), tableOf(ROWS, results));
console.log(tableOf(ROWS, results));
process.exit(0); // a row that hung must not hold this up
