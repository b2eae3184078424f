import { signal } from '@preact/signals';
import { describe, expect, it } from 'vitest';
import { fakeTrack } from '../../test/fakes';
import type { SlotFill } from '../protocol/messages.gen';
import { Fills } from './fills';
import type { VideoEntry } from './people';
import { nextVideos } from './videos';

const tracks = new Map([['5', fakeTrack()], ['6', fakeTrack()]]);
const trackOf = (mid: string): MediaStreamTrack | null => tracks.get(mid) ?? null;
const stream = (t: MediaStreamTrack): MediaStream => ({ track: t }) as unknown as MediaStream;
const cam = (mid: string, participant: string): SlotFill => ({ mid, participant, source: 'camera' });

describe('fills', () => {
  it('keep a stream while its fill lasts', () => {
    const f = new Fills(stream);
    const a = f.stream('a/camera');
    expect(a.value).toBeNull();
    f.apply([cam('5', 'a')], trackOf);
    const first = a.value;
    expect(first).not.toBeNull();
    f.apply([cam('6', 'b'), cam('5', 'a')], trackOf);
    expect(a.value).toBe(first);
    expect(f.stream('a/camera')).toBe(a);
  });

  it('give a refilled slot a stream of its own with the same track', () => {
    const f = new Fills(stream);
    f.apply([cam('5', 'a')], trackOf);
    const first = f.stream('a/camera').value;
    f.apply([cam('5', 'b')], trackOf);
    const second = f.stream('b/camera').value as unknown as { track: MediaStreamTrack };
    expect(f.stream('a/camera').value).toBeNull();
    expect(second).not.toBe(first);
    expect(second.track).toBe(tracks.get('5'));
  });

  it('give a video that moves to another slot another stream', () => {
    const f = new Fills(stream);
    f.apply([cam('5', 'a')], trackOf);
    const first = f.stream('a/camera').value;
    f.apply([cam('6', 'a')], trackOf);
    expect(f.stream('a/camera').value).not.toBe(first);
  });

  it('look past sound and unknown slots', () => {
    const f = new Fills(stream);
    f.apply([{ mid: '5', participant: 'a', source: 'microphone' }, cam('99', 'b')], trackOf);
    expect(f.stream('b/camera').value).toBeNull();
    f.apply([cam('5', 'b')], trackOf); // the answer has named it meanwhile
    expect(f.stream('b/camera').value).not.toBeNull();
  });

  it('end with the PeerConnection, and forget what is gone', () => {
    const f = new Fills(stream);
    f.apply([cam('5', 'a')], trackOf);
    const a = f.stream('a/camera');
    f.keepOnly(new Set());
    expect(f.stream('a/camera')).toBe(a); // still filled
    f.reset();
    expect(a.value).toBeNull();
    f.keepOnly(new Set(['a/camera']));
    expect(f.stream('a/camera')).toBe(a);
    f.keepOnly(new Set());
    expect(f.stream('a/camera')).not.toBe(a);
  });
});

describe('nextVideos', () => {
  const entry = (key: string, name = key): VideoEntry => ({ key, participant: key, source: 'camera', name, self: false });
  const of = () => signal<MediaStream | null>(null);

  it('keeps objects, and the list where nothing changed', () => {
    const one = nextVideos([], [entry('a'), entry('b')], of);
    expect(nextVideos(one, [entry('a'), entry('b')], of)).toBe(one);
    const two = nextVideos(one, [entry('b'), entry('c')], of);
    expect(two.map((v) => v.key)).toEqual(['b', 'c']);
    expect(two[0]).toBe(one[1]);
  });

  it('makes a new object for a new name', () => {
    const one = nextVideos([], [entry('a')], of);
    expect(nextVideos(one, [entry('a', 'Ada')], of)[0]).toMatchObject({ name: 'Ada' });
  });
});
