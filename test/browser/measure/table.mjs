// Judges measurements by their floors and writes the table of docs/performance.md.
import { readFileSync, writeFileSync } from 'node:fs';

const [BEGIN, END] = ['<!-- quality: begin (written by make quality) -->', '<!-- quality: end -->'];

const percent = (v) => `${v.toFixed(v < 10 ? 2 : 1)} %`;
/** How a field is called and written. */
const FIELDS = {
  concealed: { name: 'sound made up', write: percent },
  share: { name: 'frames of the source', write: (v) => v.toFixed(2) },
  fps: { name: 'frames/s', write: (v) => v.toFixed(1) },
  frozen: { name: 'frozen', write: percent },
  queue: { name: 'queue p95', write: (v) => `${v.toFixed(0)} ms` },
  switches: { name: 'switches/min', write: (v) => v.toFixed(1) },
  top: { name: 'top layer after', write: (v) => (Number.isFinite(v) ? `${v.toFixed(1)} s` : 'never') },
  gap: { name: 'longest gap of sound', write: (v) => `${v.toFixed(2)} s` },
  still: { name: 'frozen', write: (v) => `${v.toFixed(2)} s` },
  freezes: { name: 'freezes', write: (v) => String(Math.round(10 * v) / 10) },
  change: { name: 'change of the four others', write: (v) => `${v > 0 ? '+' : ''}${v.toFixed(2)} %` },
};

/**
 * The floor that binds: where a direct call through the same network is worse than the written one, 30 % more than its
 * loss, freezes or missing frames. `share` is of 1.
 */
export function binding(field, { limit, better }, direct) {
  if (direct === undefined || direct === null) return limit;
  if (field === 'share') return Math.min(limit, 1 - 1.3 * (1 - direct));
  return better === 'less' ? Math.max(limit, direct * 1.3) : Math.min(limit, direct / 1.3);
}

const holds = (value, limit, better) => (better === 'less' ? value <= limit : better === 'more' ? value >= limit : Math.abs(value) <= limit);

/** Compares one row's measurement with its floors. */
export function judge(row, results) {
  const { measured, error, quick } = results[row.id] ?? {};
  if (!measured) return { cells: [], result: error ? 'no result' : 'not measured', reason: error ?? '', quick };
  const direct = results[row.sameAs ?? row.id]?.direct;
  const missed = [];
  const cells = Object.entries(row.floors).map(([field, floor]) => {
    const value = measured[field] ?? Infinity;
    const limit = binding(field, floor, direct?.[field]);
    const { name, write } = FIELDS[field];
    if (!holds(value, limit, floor.better)) missed.push(name);
    const sign = { less: '<=', more: '>=', near: '+-' }[floor.better];
    const beside = direct?.[field] === undefined ? '' : `, direct ${write(direct[field])}`;
    return `${name} **${write(value)}** (${sign} ${write(limit).replace(/^\+/, '')}${limit === floor.limit ? '' : `, written ${write(floor.limit)}`}${beside})`;
  });
  return { cells, result: missed.length === 0 ? 'held' : `missed: ${missed.join(', ')}`, reason: seenIn(measured), quick, missed: missed.length };
}

/** What tells why: what the camera and the encoder of this machine gave, what was received, and what the server said most. */
function seenIn({ seen = {}, switches }) {
  const said = [];
  const given = seen.given ?? seen.after?.source;
  if (given) {
    const largest = Object.values(given.rids).reduce((a, b) => (b.width > a.width ? b : a), { width: 0 });
    said.push(`camera ${given.fps.toFixed(1)} frames/s`);
    if (largest.width) said.push(`encoder ${largest.fps.toFixed(1)} at ${largest.width} wide${largest.limit && largest.limit !== 'none' ? ` (limited by ${largest.limit})` : ''}`);
  }
  const got = [seen.got ?? []].flat();
  if (got.length === 1) {
    const [width, share] = Object.entries(got[0].widths).reduce((a, b) => (b[1] > a[1] ? b : a));
    said.push(`received ${width} wide for ${(100 * share).toFixed(0)} % of the time`);
  } else if (got.length > 1) {
    said.push(`each ${got.map((g) => g.fps.toFixed(1)).join(', ')} frames/s`);
  }
  if (switches !== undefined) said.push(`${switches.toFixed(1)} layer switches a minute`);
  return said.join('; ');
}

/** The whole table in Markdown. */
export function tableOf(rows, results) {
  const lines = ['| condition | measured (floor that binds; a direct call through the same network) | | seen |', '|---|---|---|---|'];
  for (const row of rows) {
    const { cells, result, reason, quick } = judge(row, results);
    lines.push(`| ${row.title} | ${cells.join('; ') || '-'} | ${result}${quick ? ' (quick)' : ''} | ${reason} |`);
  }
  const day = Object.values(results).map((r) => r.at).sort().at(-1)?.slice(0, 10) ?? '';
  const all = rows.map((r) => results[r.id]).filter((r) => r?.measured && !r.quick);
  return [...lines, '', `${all.length} of ${rows.length} rows in full length (60 s after 15 s of warm-up); the newest on ${day}.`].join('\n');
}

/** Replaces what is between the markers of a document. */
export function writeTable(path, table) {
  const text = readFileSync(path, 'utf8');
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${path} lacks the lines "${BEGIN}" and "${END}"`);
  writeFileSync(path, `${text.slice(0, from + BEGIN.length)}\n${table}\n${text.slice(to)}`);
}
