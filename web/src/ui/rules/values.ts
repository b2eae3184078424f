// Values of rules as the server writes and reads them: YAML on one line. Pure.

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** Seconds of a duration as the server writes it ("1h30m0s", "10m"), or null for what is none. */
export function secondsOf(text: string): number | null {
  const match = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text);
  if (!match || text === '') return null;
  const [, h, m, s] = match.map((part) => Number(part ?? 0));
  return h! * hour + m! * minute + s!;
}

/** A duration in the largest unit that says it exactly. */
export function unitOf(seconds: number): { count: number; text: 'duration.minutes' | 'duration.hours' | 'duration.days' } {
  if (seconds % day === 0) return { count: seconds / day, text: 'duration.days' };
  if (seconds % hour === 0) return { count: seconds / hour, text: 'duration.hours' };
  return { count: Math.round(seconds / minute), text: 'duration.minutes' };
}

/** A text is quoted, so that it stays one. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** The text of a value, plain or quoted. */
export function unquoted(value: string): string {
  if (value.startsWith('"')) {
    try {
      return JSON.parse(value) as string;
    } catch {
      return value;
    }
  }
  return value.startsWith("'") ? value.slice(1, -1).replaceAll("''", "'") : value;
}

/** The entries of a list such as [alice, "12", 'it''s']; null when the value is no list. */
export function entriesOf(value: string): string[] | null {
  if (!value.startsWith('[') || !value.endsWith(']')) return null;
  const entry = /"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^,\s][^,]*/g;
  return [...value.slice(1, -1).matchAll(entry)].map(([text]) => unquoted(text.trim()));
}

/** A list of texts. */
export function listOf(entries: readonly string[]): string {
  return `[${entries.map(quoted).join(', ')}]`;
}

/** Names as people write them beside each other: by commas, semicolons or on lines of their own. */
export function splitNames(text: string): string[] {
  const names = text.split(/[,;\n]/).map((name) => name.trim().normalize('NFC'));
  return [...new Set(names.filter((name) => name !== ''))];
}

/** A moment as a field for date and time has it, in this device's time zone: "2026-03-01T19:00". "" is none. */
export function localOf(moment: string): string {
  const at = new Date(moment);
  if (moment === '' || Number.isNaN(at.getTime())) return '';
  const shifted = new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString();
  return shifted.slice(0, at.getUTCSeconds() === 0 ? 16 : 19);
}

/** The moment that such a field means, in UTC. */
export function momentOf(local: string): string {
  const at = new Date(local);
  return local === '' || Number.isNaN(at.getTime()) ? '' : `${at.toISOString().slice(0, 19)}Z`;
}
