import { describe, expect, it } from 'vitest';
import type { Participant } from '../protocol/messages.gen';
import { chatLines, missing, parseKey, people, videoEntries } from './people';
import { EMPTY, type RoomState } from './state';

const p = (id: string, publications: Participant['publications'] = []): Participant => ({ id, name: id.toUpperCase(), role: 'participant', state: 'here', publications });
const state: RoomState = {
  ...EMPTY,
  self: 'me',
  participants: [
    p('a', [{ source: 'microphone', muted: false }, { source: 'screen', muted: false }, { source: 'camera', muted: false }]),
    p('me', [{ source: 'microphone', muted: false }]),
    p('b', [{ source: 'microphone', muted: true }, { source: 'camera', muted: true }]),
    p('c'),
  ],
  speakers: ['a'],
};
describe('missing', () => {
  it('tells why the server sends nothing of a video', () => {
    const fill = (participant: string, state?: 'paused' | 'over_limit') => ({ mid: participant, participant, source: 'camera' as const, ...(state && { state }) });
    expect([...missing([fill('a'), fill('b', 'paused'), fill('c', 'over_limit')])]).toEqual([['b/camera', 'paused'], ['c/camera', 'over_limit']]);
  });
});

const OFF = { micOn: false, cameraOn: false, screenOn: false };

describe('people', () => {
  it('keeps the order and tells mute states', () => {
    const all = people(state, OFF);
    expect(all.map((x) => [x.id, x.micMuted, x.cameraOn, x.screenOn, x.speaking])).toEqual([
      ['a', false, true, true, true],
      ['me', true, false, false, false],
      ['b', true, false, false, false],
      ['c', true, false, false, false],
    ]);
  });

  it('marks who can only watch', () => {
    const all = people({ ...state, participants: [p('a'), { ...p('b'), watcher: true }] }, OFF);
    expect(all.map((x) => x.watcher)).toEqual([false, true]);
  });

  it('believes itself about itself, not the echo', () => {
    const me = (own: typeof OFF) => people(state, own)[1]!;
    expect(me(OFF)).toMatchObject({ self: true, micMuted: true });
    expect(me({ micOn: true, cameraOn: true, screenOn: true })).toMatchObject({ micMuted: false, cameraOn: true, screenOn: true });
  });
});

describe('videos', () => {
  it('are in order of arrival, the screen after the camera', () => {
    const keys = videoEntries(people(state, { ...OFF, cameraOn: true })).map((v) => v.key);
    expect(keys).toEqual(['a/camera', 'a/screen', 'me/camera']);
  });

  it.each([
    ['a/camera', { participant: 'a', source: 'camera' }],
    ['a/b/screen', { participant: 'a/b', source: 'screen' }],
    ['a/microphone', null],
    ['/camera', null],
    ['camera', null],
    ['', null],
  ])('key %s', (key, want) => expect(parseKey(key)).toEqual(want));
});

it('chat lines know who said them', () => {
  const l = (id: number, participant: string) => ({ id, participant, name: 'n', text: 't', at: 1 });
  expect(chatLines([l(1, 'a'), l(2, 'me'), l(7, '')], 'me').map((x) => x.self)).toEqual([false, true, false]);
  expect(chatLines([l(1, '')], null)[0]!.self).toBe(false);
});
