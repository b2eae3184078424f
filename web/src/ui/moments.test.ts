// Tests of what happens over time: news of the room, and talking while muted.

import { describe, expect, test } from 'vitest';
import type { Person } from '../call/types';
import { itemsOf } from './room/useStage';
import { merge, newsOf, noNews } from './news';
import { hear, hinting, hintFor, silent, type Talking } from './talking';

function person(id: string, change: Partial<Person> = {}): Person {
  return { id, name: id, self: false, state: 'here', watcher: false, micMuted: false, cameraOn: false, screenOn: false, role: 'participant', hand: 0, talker: false, speaking: false, ...change };
}

describe('itemsOf', () => {
  test('everybody has a tile, save who can only watch', () => {
    const all = [person('me', { self: true }), person('wall', { watcher: true }), person('cam', { watcher: true, cameraOn: true }), person('dark')];
    expect(itemsOf(all, [], false).map((item) => item.participant)).toEqual(['me', 'cam', 'dark']);
  });
});

describe('newsOf', () => {
  const me = person('me', { self: true });
  test.each([
    ['nothing', [me, person('a')], [me, person('a', { speaking: true, cameraOn: true })], {}],
    ['somebody comes', [me], [me, person('a')], { joined: ['a'] }],
    ['somebody goes', [me, person('a'), person('b')], [me, person('b')], { left: ['a'] }],
    ['oneself is no news', [], [me], {}],
    ['a screen starts', [me, person('a')], [me, person('a', { screenOn: true })], { sharing: ['a'] }],
    ['a screen stops', [me, person('a', { screenOn: true })], [me, person('a')], { stopped: ['a'] }],
    ['comes with a screen', [me], [me, person('a', { screenOn: true })], { joined: ['a'], sharing: ['a'] }],
    ['own screen', [me], [{ ...me, screenOn: true }], {}],
  ])('%s', (_name, before, after, want) => expect(newsOf(before, after)).toEqual({ ...noNews, ...want }));
});

test('merge forgets who only flickered', () => {
  const came = { ...noNews, joined: ['a', 'b'] };
  const went = { ...noNews, left: ['a'] };
  expect(merge(came, went)).toEqual({ ...noNews, joined: ['b'] });
  expect(merge(went, { ...noNews, joined: ['a'] })).toEqual(noNews);
  expect(merge({ ...noNews, sharing: ['a'] }, { ...noNews, stopped: ['a'] })).toEqual({ ...noNews, stopped: ['a'] });
});

describe('talking while muted', () => {
  const run = (state: Talking, level: number, muted: boolean, from: number, to: number): Talking => {
    for (let now = from; now < to; now += 50) state = hear(state, level, muted, now);
    return state;
  };
  test('speech raises the hint, for a while', () => {
    const state = run(silent, 0.4, true, 0, 1000);
    expect(hinting(state, 1000)).toBe(true);
    expect(hinting(state, 1000 + hintFor)).toBe(false);
  });
  test('a cough does not', () => {
    const state = run(run(silent, 0.8, true, 0, 200), 0, true, 200, 2000);
    expect(hinting(state, 2000)).toBe(false);
  });
  test('unmuted speech does not, nor speech from before muting', () => {
    const state = run(silent, 0.8, false, 0, 5000);
    expect(hinting(run(state, 0, true, 5000, 5100), 5100)).toBe(false);
  });
  test('it does not nag', () => {
    const state = run(silent, 0.4, true, 0, 10_000);
    expect(hinting(state, 10_000)).toBe(false);
    expect(hinting(run(state, 0.4, true, 10_000, 22_000), 22_000)).toBe(true);
  });
  test('a long pause between two levels counts little', () => {
    expect(hinting(hear(hear(silent, 1, true, 0), 1, true, 60_000), 60_000)).toBe(false);
  });
});
