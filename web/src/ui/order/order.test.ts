import { describe, expect, it } from 'vitest';
import type { NumberedNotice } from '../../call/types';
import { handsFirst } from '../room/PeoplePanel';
import { offered, presses } from './notices';
import { lasts, turnOf } from './turn';

const people = [{ id: 'a', name: 'Ada' }, { id: 'b', name: 'Bob' }];

describe('turnOf', () => {
  it.each([
    ['nobody talks', { queue: [] }, { state: 'free' }],
    ['oneself talks', { talker: 'me', queue: ['a'] }, { state: 'own' }],
    ['another talks', { talker: 'a', queue: ['b'] }, { state: 'other', talker: 'Ada', waiting: 1 }],
    ['somebody unseen talks', { talker: 'x', queue: [] }, { state: 'other', talker: null, waiting: 0 }],
    ['oneself is next', { talker: 'a', queue: ['me', 'b'] }, { state: 'wait', talker: 'Ada', before: 1 }],
    ['oneself is third', { talker: 'a', queue: ['b', 'me'] }, { state: 'wait', talker: 'Ada', before: 2 }],
  ])('%s', (_, floor, want) => expect(turnOf(floor, people, 'me')).toEqual(want));

  it.each([[undefined, 0], [1000, 0], [6000, 5000], [900_000, 20_000]])('a turn until %s lasts %s ms', (until, want) => expect(lasts(until, 1000)).toBe(want));
});

describe('notices', () => {
  const rows: [Partial<NumberedNotice> & Pick<NumberedNotice, 'what'>, ReturnType<typeof offered>, boolean][] = [
    [{ what: 'ask_unmute', source: 'camera' }, 'camera', true],
    [{ what: 'ask_unmute', source: 'screen_audio' }, null, false],
    [{ what: 'granted', right: 'speak' }, 'microphone', true],
    [{ what: 'granted', right: 'hand' }, null, false],
    [{ what: 'floor' }, 'microphone', true],
    [{ what: 'next' }, null, true],
    [{ what: 'muted', source: 'microphone' }, null, false],
  ];
  it.each(rows)('%j', (notice, source, pressing) => expect([offered(notice), presses(notice)]).toEqual([source, pressing]));
});

it('raised hands come first, in the order of the server', () => {
  const person = (id: string, hand: number) => ({ id, hand }) as never;
  expect(handsFirst([person('a', 0), person('b', 2), person('c', 1)]).map((p) => p.id)).toEqual(['c', 'b', 'a']);
});
