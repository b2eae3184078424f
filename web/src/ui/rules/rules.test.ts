import { describe, expect, it } from 'vitest';
import { FIXED, GROUPS } from './fields';
import { presetOf } from './Presets';
import { KEYS, PRESETS } from './presets.gen';
import { entriesOf, listOf, localOf, momentOf, quoted, secondsOf, splitNames, unitOf, unquoted } from './values';

describe('durations', () => {
  it.each([['10m', 600], ['4h0m0s', 14400], ['1h30m', 5400], ['0s', 0], ['24h', 86400], ['', null], ['never', null], ['1h 2m', null]])('%s is %s s', (text, want) => expect(secondsOf(text)).toBe(want));
  it.each([
    [600, { count: 10, text: 'duration.minutes' }],
    [7200, { count: 2, text: 'duration.hours' }],
    [604800, { count: 7, text: 'duration.days' }],
  ])('%s s', (seconds, want) => expect(unitOf(seconds)).toEqual(want));
});

it.each(['', 'Plain', 'a "b" \\ c', "it's: [x]", 'line\nline'])('text survives the way to the server: %j', (text) => expect(unquoted(quoted(text))).toBe(text));
it.each([['plain', 'plain'], ["'it''s'", "it's"], ['"a\\nb"', 'a\nb'], ['""', '']])('%s is read as %j', (value, want) => expect(unquoted(value)).toBe(want));

describe('presets', () => {
  const settings = (name: keyof typeof PRESETS, more: Record<string, { value: string; forced: boolean }> = {}) =>
    new Map([...Object.entries(PRESETS[name]).map(([key, value]) => [key, { value, forced: false }] as const), ...Object.entries(more)]);
  it.each(Object.keys(PRESETS) as (keyof typeof PRESETS)[])('%s is known again', (name) => expect(presetOf(settings(name))).toBe(name));
  it('a changed rule makes it none of them', () => expect(presetOf(settings('class', { 'policy.speak': { value: 'nobody', forced: false } }))).toBeNull());
  it('a forced one does not', () => expect(presetOf(settings('class', { 'policy.speak': { value: 'nobody', forced: true } }))).toBe('class'));
});

it('every rule stands on the page, once', () => {
  const keys = GROUPS.flatMap((group) => group.fields.map((field) => field.key));
  expect([...keys, ...FIXED].sort()).toEqual([...KEYS].sort());
});

describe('lists', () => {
  it.each([
    ['[]', []],
    ['[alice]', ['alice']],
    [`["12", 'a,b', alice, 'b: c', it's, "yes", é x, ü]`, ['12', 'a,b', 'alice', 'b: c', "it's", 'yes', 'é x', 'ü']],
    [`['it''s', "say \\"no\\""]`, ["it's", 'say "no"']],
    ['allow', null],
  ])('%s holds %j', (value, want) => expect(entriesOf(value)).toEqual(want));
  it.each([[[]], [['alice', 'a,b', 'it\'s "x"', '12', 'b: c', '\\']]])('%j survives', (entries) => expect(entriesOf(listOf(entries))).toEqual(entries));
  it.each([['', []], [' alice ,bob;; carol\n dan,alice', ['alice', 'bob', 'carol', 'dan']], ['jose\u0301', ['jos\u00e9']]])('%j is read as %j', (text, want) => expect(splitNames(text)).toEqual(want));
});

describe('moments', () => {
  it.each(['2026-03-01T18:00:00Z', '2026-07-01T18:00:30Z'])('%s survives a field in the local time', (moment) => expect(momentOf(localOf(moment))).toBe(moment));
  it.each(['', 'soon'])('%j is none', (text) => expect([localOf(text), momentOf(text)]).toEqual(['', '']));
});
