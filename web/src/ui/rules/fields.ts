// The rules of a room as people read them: in which group, and with which values to choose from. Pure.

import type { Key } from '../../i18n';

/** How a rule is set. A choice is a value and the words for it. */
export type Field =
  | { key: RuleKey; kind: 'choice'; choices: readonly (readonly [value: string, text: Key])[] }
  | { key: RuleKey; kind: 'switch' | 'number' | 'text' }
  | { key: RuleKey; kind: 'duration'; seconds: readonly number[]; zero?: Key };

type RuleKey = Extract<Key, `rule.${string}`> extends `rule.${infer K}` ? K : never;

export interface Group {
  title: Key;
  fields: readonly Field[];
}

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

const names = (prefix: string, values: readonly string[]): [string, Key][] => values.map((value) => [value, `${prefix}.${value}` as Key]);
const choice = (key: RuleKey, choices: readonly (readonly [string, Key])[]): Field => ({ key, kind: 'choice', choices });
/** Who may: with ask where the screens have a way to ask. */
const who = (key: RuleKey, ask = false): Field => choice(key, names('value.who', ask ? ['allow', 'ask', 'presenters', 'moderators', 'nobody'] : ['allow', 'presenters', 'moderators', 'nobody']));
const plain = (key: RuleKey, kind: 'switch' | 'number' | 'text'): Field => ({ key, kind });
const duration = (key: RuleKey, seconds: readonly number[], zero?: Key): Field => ({ key, kind: 'duration', seconds, ...(zero && { zero }) });

/** Every rule that can be set here, in the order of the page. */
export const GROUPS: readonly Group[] = [
  {
    title: 'rules.group.talk',
    fields: [
      choice('talk_mode', names('value.talk', ['open', 'push_to_talk', 'floor'])),
      who('policy.speak', true),
      who('policy.video', true),
      who('policy.screen.who', true),
      plain('policy.screen.audio', 'switch'),
      plain('policy.screen.max', 'number'),
      who('policy.hand'),
      who('policy.record'),
    ],
  },
  {
    title: 'rules.group.see',
    fields: [
      choice('policy.see.participants', names('value.seen', ['all', 'presenters', 'moderators', 'nobody'])),
      choice('policy.see.cameras_of', names('value.seen', ['all', 'presenters', 'moderators'])),
      choice('policy.screen.visible_to', names('value.seen', ['all', 'presenters', 'moderators'])),
    ],
  },
  {
    title: 'rules.group.write',
    fields: [who('policy.chat.public', true), who('policy.chat.private'), duration('policy.chat.history', [0, hour, 4 * hour, day, 30 * day], 'value.nothing'), who('policy.rename')],
  },
  {
    title: 'rules.group.enter',
    fields: [
      choice('join.guests', names('value.guests', ['accept', 'trusted', 'ask', 'deny'])),
      plain('join.wait_for_moderator', 'switch'),
      plain('join.lobby.chat', 'switch'),
      plain('join.lobby.message', 'text'),
      duration('join.lobby.timeout', [5 * minute, 10 * minute, 30 * minute, 2 * hour]),
      plain('join.max_participants', 'number'),
      plain('join.when_no_moderator.lock', 'switch'),
      duration('join.when_no_moderator.end_after', [0, 5 * minute, 10 * minute, 15 * minute, hour], 'value.never'),
      duration('join.bans.for', [0, hour, day, 7 * day, 30 * day], 'value.unlimited'),
    ],
  },
  {
    title: 'rules.group.begin',
    fields: [choice('default_role', names('role', ['participant', 'viewer', 'presenter'])), plain('start.muted', 'switch'), plain('start.hidden_after', 'number'), plain('start.audio_only', 'switch')],
  },
  {
    title: 'rules.group.room',
    fields: [plain('title', 'text'), plain('persistent', 'switch'), plain('limits.cameras', 'number'), plain('limits.speakers', 'number')],
  },
];

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

/** Text on the wire is YAML: a text is quoted, so that it stays one. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** The text of a YAML value as the server writes it: plain or quoted. */
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
