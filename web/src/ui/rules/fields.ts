// The rules of a room as people read them: in which group, and with which values to choose from. Pure.

import type { Key } from '../../i18n';

/** A value and the words for it. */
export type Choice = readonly [value: string, text: Key];

/** How a rule is set. */
export type Field =
  | { key: RuleKey; kind: 'switch' }
  | { key: RuleKey; kind: 'accounts' | 'moment' }
  | { key: RuleKey; kind: 'text'; most: number; lines?: boolean }
  | { key: RuleKey; kind: 'number'; low: number; high: number }
  | { key: RuleKey; kind: 'choice'; choices: readonly Choice[] }
  /** who may: a choice, or roles and accounts by name */
  | { key: RuleKey; kind: 'who'; choices: readonly Choice[] }
  /** any of some words */
  | { key: RuleKey; kind: 'some'; choices: readonly Choice[] }
  | { key: RuleKey; kind: 'duration'; seconds: readonly number[]; zero?: Key };

type RuleKey = Extract<Key, `rule.${string}`> extends `rule.${infer K}` ? K : never;

export interface Group {
  title: Key;
  fields: readonly Field[];
}

/** What cannot be changed while the room is there: the version of the format, and its name in the address. */
export const FIXED: readonly string[] = ['version', 'room'];

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

const names = (prefix: string, values: readonly string[]): Choice[] => values.map((value) => [value, `${prefix}.${value}` as Key]);
const choice = (key: RuleKey, choices: readonly Choice[]): Field => ({ key, kind: 'choice', choices });
const some = (key: RuleKey, prefix: string, values: readonly string[]): Field => ({ key, kind: 'some', choices: names(prefix, values) });
/** Who may: with ask where the screens have a way to ask. */
const who = (key: RuleKey, ask = false): Field => ({ key, kind: 'who', choices: names('value.who', ask ? ['allow', 'ask', 'presenters', 'moderators', 'nobody'] : ['allow', 'presenters', 'moderators', 'nobody']) });
const plain = (key: RuleKey, kind: 'switch' | 'accounts' | 'moment'): Field => ({ key, kind }) as Field;
const text = (key: RuleKey, most: number, lines = false): Field => ({ key, kind: 'text', most, lines });
const number = (key: RuleKey, low: number, high: number): Field => ({ key, kind: 'number', low, high });
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
      number('policy.screen.max', 1, 16),
      choice('policy.screen.hint', names('value.hint', ['detail', 'text', 'motion'])),
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
    fields: [
      who('policy.chat.public', true),
      who('policy.chat.private'),
      duration('policy.chat.history', [0, hour, 4 * hour, day, 30 * day], 'value.nothing'),
      who('policy.react'),
      who('policy.draw'),
      who('policy.rename'),
    ],
  },
  {
    title: 'rules.group.enter',
    fields: [
      choice('join.guests', names('value.guests', ['accept', 'trusted', 'ask', 'deny'])),
      some('join.bypass_lobby', 'value.bypass', ['viewer', 'participant', 'presenter', 'moderator', 'account', 'token', 'invitation']),
      plain('join.wait_for_moderator', 'switch'),
      plain('join.lobby.chat', 'switch'),
      text('join.lobby.message', 500, true),
      duration('join.lobby.timeout', [5 * minute, 10 * minute, 30 * minute, 2 * hour]),
      number('join.max_participants', 0, 1000),
      plain('join.when_no_moderator.lock', 'switch'),
      duration('join.when_no_moderator.end_after', [0, 5 * minute, 10 * minute, 15 * minute, hour], 'value.never'),
      some('join.bans.by', 'value.mark', ['account', 'device', 'ip']),
      duration('join.bans.for', [0, hour, day, 7 * day, 30 * day], 'value.unlimited'),
    ],
  },
  {
    title: 'rules.group.hours',
    fields: [plain('window.not_before', 'moment'), plain('window.expires', 'moment'), duration('window.duration', [0, 30 * minute, hour, 2 * hour, 4 * hour, day], 'value.no_limit')],
  },
  {
    title: 'rules.group.begin',
    fields: [choice('default_role', names('role', ['participant', 'viewer', 'presenter', 'moderator'])), plain('start.muted', 'switch'), number('start.hidden_after', -1, 1000), plain('start.audio_only', 'switch')],
  },
  {
    title: 'rules.group.room',
    fields: [
      text('title', 200),
      plain('owners', 'accounts'),
      plain('persistent', 'switch'),
      some('features.disable', 'value.feature', ['video', 'screen', 'screen_audio', 'chat', 'private_chat', 'hand', 'draw', 'react', 'rename', 'record']),
      number('limits.cameras', 0, 1000),
      number('limits.cameras_per_participant', 0, 4),
      number('limits.speakers', 1, 24),
      number('limits.per_viewer_kbps', 0, 100_000),
      number('limits.per_publisher_kbps', 0, 100_000),
    ],
  },
];

/** The words for a rule; null for what is none on this page. */
export function ruleText(key: string): Key | null {
  return GROUPS.some((group) => group.fields.some((field) => field.key === key)) ? (`rule.${key}` as Key) : null;
}
