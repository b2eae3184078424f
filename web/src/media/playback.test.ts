import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeTrack, settled } from '../../test/fakes';
import { Playback } from './playback';

class FakeStream {
  constructor(readonly tracks: MediaStreamTrack[]) {}
  getTracks(): MediaStreamTrack[] {
    return this.tracks;
  }
}

class FakeAudio {
  srcObject: unknown = null;
  autoplay = false;
  playing = false;
  sink = '';
  attached = true;
  async play(): Promise<void> {
    if (refuse) throw Object.assign(new Error('no gesture'), { name: refuse });
    this.playing = true;
  }
  async setSinkId(id: string): Promise<void> {
    if (id === 'gone') throw new Error('NotFoundError');
    this.sink = id;
  }
  remove(): void {
    this.attached = false;
  }
}

let refuse: string | null;
let made: FakeAudio[];
let listeners: Map<string, () => void>;
let playback: Playback;

beforeEach(() => {
  refuse = null;
  made = [];
  listeners = new Map();
  vi.stubGlobal('MediaStream', FakeStream);
  vi.stubGlobal('document', {
    createElement: () => (made.push(new FakeAudio()), made.at(-1)),
    body: { append: () => undefined },
    addEventListener: (type: string, fn: () => void) => listeners.set(type, fn),
    removeEventListener: (type: string) => listeners.delete(type),
  });
  playback = new Playback();
});
afterEach(() => vi.unstubAllGlobals());

const [a, b] = [fakeTrack('audio'), fakeTrack('audio')];
const attached = (): number => made.filter((e) => e.attached).length;

describe('Playback', () => {
  it('plays each slot in an element that lasts as long as the slot', async () => {
    playback.set(new Map([['4', a], ['5', b]]));
    playback.set(new Map([['5', b], ['4', a]]));
    await settled();
    expect(made.map((e) => e.playing)).toEqual([true, true]);
    playback.set(new Map([['5', b]]));
    expect(attached()).toBe(1);
    playback.set(new Map([['5', a]])); // another PeerConnection
    expect(made).toHaveLength(3);
    playback.close();
    expect(attached()).toBe(0);
  });

  it('waits for a gesture when refused, as often as it takes', async () => {
    refuse = 'NotAllowedError';
    playback.set(new Map([['4', a]]));
    await settled();
    expect(playback.blocked.value).toBe(true);
    listeners.get('keydown')!();
    await settled();
    expect(playback.blocked.value).toBe(true);
    refuse = null;
    listeners.get('click')!();
    await settled();
    expect(playback.blocked.value).toBe(false);
    expect(made[0]!.playing).toBe(true);
    expect(listeners.size).toBe(0);
  });

  it('does not take an interrupted start for a refusal', async () => {
    refuse = 'AbortError';
    playback.set(new Map([['4', a]]));
    await settled();
    expect(playback.blocked.value).toBe(false);
  });

  it('closed while refused leaves no listener', async () => {
    refuse = 'NotAllowedError';
    playback.set(new Map([['4', a]]));
    await settled();
    playback.close();
    expect(listeners.size).toBe(0);
    expect(playback.blocked.value).toBe(false);
  });

  it('plays on the chosen output, later elements too, and on the usual one when it is gone', async () => {
    playback.set(new Map([['4', a]]));
    playback.setSink('box');
    playback.set(new Map([['4', a], ['5', b]]));
    await settled();
    expect(made.map((e) => e.sink)).toEqual(['box', 'box']);
    playback.setSink('gone');
    await settled();
    expect(made.map((e) => e.sink)).toEqual(['', '']);
    playback.setSink(null);
    await settled();
    expect(made.map((e) => e.sink)).toEqual(['', '']);
  });
});
