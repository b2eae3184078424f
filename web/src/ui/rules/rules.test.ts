import { describe, expect, it } from 'vitest';
import { GROUPS, quoted, secondsOf, unitOf, unquoted } from './fields';
import { presetOf } from './Presets';
import { PRESETS } from './presets.gen';

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

it('no rule stands on the page twice', () => {
  const keys = GROUPS.flatMap((group) => group.fields.map((field) => field.key));
  expect(new Set(keys).size).toBe(keys.length);
});
