// The part of a Publisher that follows the room's wishes for encodings.
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, fakeTrack, settled } from '../../test/fakes';
import type { Source } from '../protocol/messages.gen';
import { Publisher } from './publisher';

/** A simulcast sender that notes, for each change, what is active. */
class CameraSender {
  track: MediaStreamTrack | null = null;
  active: string[] = [];
  /** as Chromium does, it reads the codec; Firefox does not know that parameter */
  readsCodec = true;
  codecs: string[] = [];
  /** it refuses so many more changes */
  busy = 0;
  getParameters(): object {
    const codecs = ['video/VP8', 'video/VP9', 'video/H264'].map((mimeType) => ({ mimeType, clockRate: 90_000 }));
    return { encodings: ['q', 'h', 'f'].map((rid) => ({ rid })), codecs };
  }
  async setParameters(p: RTCRtpSendParameters): Promise<void> {
    const mime = this.readsCodec ? (p.encodings[0] as { codec?: { mimeType: string } }).codec?.mimeType : undefined;
    if (mime) this.codecs.push(mime);
    await Promise.resolve();
    if (this.busy-- > 0) throw new DOMException('negotiating', 'InvalidStateError');
    this.active.push(p.encodings.map((e) => (e.active ? e.rid : '')).join(''));
  }
  async replaceTrack(t: MediaStreamTrack | null): Promise<void> {
    this.track = t;
  }
}

const picture = { ...fakeTrack(), getSettings: () => ({ width: 1280, height: 720 }) } as MediaStreamTrack;
let publisher: Publisher;
let clock: FakeClock;
let camera: CameraSender;
let log: string[];

beforeEach(() => {
  log = [];
  clock = new FakeClock();
  publisher = new Publisher({
    clock,
    send: async (s) => void log.push(`${s.type} ${s.data.source}`),
    failed: (source, f) => log.push(`${source} ${f.code}`),
    prefer: (source, codec) => log.push(`prefer ${source} ${codec}`),
  });
});

/** A new PeerConnection; every source has the same kind of sender. */
function begin(): void {
  camera = new CameraSender();
  publisher.begin((s) => (s === 'camera' ? camera : new CameraSender()) as unknown as RTCRtpSender);
}

const film = (t: MediaStreamTrack | null = picture): Promise<void> => publisher.set('camera', { track: t, muted: false });

describe('what the room wants of the encodings', () => {
  it('is set at once, without touching the track or telling anything', async () => {
    begin();
    await film();
    for (const max of [0, 2, 1]) {
      publisher.limit('camera', max);
      await settled();
    }
    expect(camera.active).toEqual(['qhf', 'q', 'qhf', 'qh']);
    expect(camera.track).toBe(picture);
    expect(log).toEqual(['publish camera']);
  });

  it('ends in the newest wish, however fast they come', async () => {
    begin();
    await film();
    for (const max of [0, 2, 0, 1]) publisher.limit('camera', max);
    await settled();
    expect(camera.active.at(-1)).toBe('qh');
    publisher.limit('camera', 1);
    await settled();
    expect(camera.active.at(-1)).toBe('qh');
    expect(camera.active.length).toBeLessThanOrEqual(4);
  });

  it('is set later by a sender that does not take it now', async () => {
    begin();
    await film();
    publisher.limit('camera', 0);
    await settled();
    camera.busy = 4; // two tries, each with the codec and without
    publisher.limit('camera', 2);
    await clock.advance(900);
    expect(camera.active.at(-1)).toBe('q');
    await clock.advance(1200);
    expect(camera.active.at(-1)).toBe('qhf');
    expect(clock.pending).toBe(0);
  });

  it('replaces one that a sender did not take, and is not tried for ever', async () => {
    begin();
    await film();
    camera.busy = 2;
    publisher.limit('camera', 0);
    await settled();
    publisher.limit('camera', 1);
    await clock.advance(5000);
    expect(camera.active).toEqual(['qhf', 'qh']);
    camera.busy = 1000;
    publisher.limit('camera', 2);
    await clock.advance(60_000);
    expect(clock.pending).toBe(0);
    expect(camera.busy).toBe(1000 - 2 * 6);
    camera.busy = 0;
    publisher.limit('camera', 2);
    await settled();
    expect(camera.active.at(-1)).toBe('qhf');
  });

  it('holds for the next camera, and while the session is lost', async () => {
    begin();
    await film();
    publisher.limit('camera', 0);
    publisher.pause();
    await film({ ...picture } as MediaStreamTrack);
    expect(camera.active.at(-1)).toBe('q');
    await film(null);
    publisher.limit('camera', 1);
    await settled();
    expect(camera.active.at(-1)).toBe('q'); // nothing is encoded
    await film();
    expect(camera.active.at(-1)).toBe('qh');
  });

  it('changes the codec by parameters where the browser can', async () => {
    begin();
    await film();
    publisher.limit('camera', 2, 'h264');
    await settled();
    publisher.limit('camera', 0, 'vp9');
    await settled();
    expect(camera.codecs).toEqual(['video/H264', 'video/VP9']);
    expect(log).toEqual(['publish camera']);
  });

  it('changes the codec by another offer where it cannot: of a camera only to what carries several encodings', async () => {
    begin();
    camera.readsCodec = false;
    await film();
    for (const codec of ['h264', 'vp9', '']) {
      publisher.limit('camera', 1, codec);
      await settled();
      expect(camera.active.at(-1)).toBe('qh');
    }
    await publisher.set('screen', { track: picture, muted: false });
    publisher.limit('screen', 0, 'av1');
    await settled();
    expect(log.filter((l) => l.startsWith('prefer'))).toEqual(['prefer camera h264', 'prefer camera vp8', 'prefer camera ', 'prefer screen ', 'prefer screen av1']);
  });

  it('is forgotten with the PeerConnection', async () => {
    begin();
    await film();
    publisher.limit('camera', 0);
    await settled();
    publisher.end();
    begin();
    await settled();
    expect(camera.active).toEqual(['qhf']);
  });

  it('concerns cameras only, and no source of a later protocol', async () => {
    const others = new CameraSender();
    publisher.begin(() => others as unknown as RTCRtpSender);
    await publisher.set('screen', { track: picture, muted: false });
    publisher.limit('screen', 0);
    publisher.limit('hologram' as Source, 0);
    await settled();
    expect(others.active).toEqual([]);
    expect(log).toEqual(['publish screen']);
  });
});
