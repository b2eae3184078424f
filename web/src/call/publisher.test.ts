import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, fakeTrack, settled } from '../../test/fakes';
import { CallFailure } from './failure';
import { nextStep, Publisher, type Step, type Told } from './publisher';

const track = fakeTrack();

describe('nextStep', () => {
  it.each<[Told, 'off' | 'muted' | 'open', string | null]>([
    ['none', 'off', null],
    ['none', 'muted', 'publish muted'],
    ['none', 'open', 'publish open'],
    ['open', 'off', 'unpublish'],
    ['open', 'muted', 'mute muted'],
    ['open', 'open', null],
    ['muted', 'off', 'unpublish'],
    ['muted', 'muted', null],
    ['muted', 'open', 'mute open'],
    ['unknown', 'off', 'unpublish'],
    ['unknown', 'muted', 'publish muted'],
    ['unknown', 'open', 'publish open'],
  ])('told %s, wanted %s: %s', (told, wanted, want) => {
    const step = nextStep('camera', told, { track: wanted === 'off' ? null : track, muted: wanted === 'muted' });
    expect(step && text(step)).toBe(want);
  });
});

function text(s: Step): string {
  return s.type === 'unpublish' ? s.type : `${s.type} ${s.data.muted ? 'muted' : 'open'}`;
}

class FakeSender {
  track: MediaStreamTrack | null = null;
  fail: Error | null = null;
  async replaceTrack(t: MediaStreamTrack | null): Promise<void> {
    if (this.fail && t) throw this.fail;
    this.track = t;
  }
}

let clock: FakeClock;
let log: string[];
let answers: (() => Promise<unknown>)[];
let failures: string[];
let sender: FakeSender;
let publisher: Publisher;

beforeEach(() => {
  clock = new FakeClock();
  log = [];
  answers = [];
  failures = [];
  sender = new FakeSender();
  publisher = new Publisher({
    clock,
    send: (s) => {
      log.push(text(s));
      return answers.shift()?.() ?? Promise.resolve();
    },
    failed: (source, f) => failures.push(`${source} ${f.code}`),
    prefer: (source, codec) => log.push(`prefer ${source} ${codec}`),
  });
});

const senders = (s: string): RTCRtpSender | null => (s === 'microphone' ? (sender as unknown as RTCRtpSender) : null);
const mic = (t: MediaStreamTrack | null, muted = false): Promise<void> => publisher.set('microphone', { track: t, muted });
const refuse = (code: string, retryAfter?: number) => () => Promise.reject(new CallFailure(code, code, retryAfter));

describe('Publisher', () => {
  it('waits for the PeerConnection, then publishes what is wanted', async () => {
    await mic(track, true);
    expect(log).toEqual([]);
    publisher.begin(senders);
    await settled();
    expect(log).toEqual(['publish muted']);
    expect(sender.track).toBe(track);
  });

  it('mutes without touching the track', async () => {
    publisher.begin(senders);
    await mic(track);
    await mic(track, true);
    await mic(track);
    expect(log).toEqual(['publish open', 'mute muted', 'mute open']);
    expect(sender.track).toBe(track);
  });

  it('changes the device without a message', async () => {
    publisher.begin(senders);
    await mic(track);
    const other = fakeTrack();
    await mic(other);
    expect(sender.track).toBe(other);
    expect(log).toEqual(['publish open']);
  });

  it('takes back what has no track', async () => {
    publisher.begin(senders);
    await mic(track);
    await mic(null);
    expect(log).toEqual(['publish open', 'unpublish']);
    expect(sender.track).toBeNull();
  });

  it('ends fast clicks in the last state', async () => {
    publisher.begin(senders);
    let go = (): void => undefined;
    answers.push(() => new Promise<void>((r) => (go = r)));
    void mic(track);
    await settled();
    for (const muted of [true, false, true]) void mic(track, muted);
    go();
    await settled();
    expect(log).toEqual(['publish open', 'mute muted']);
  });

  it('loses no wish that comes while a lane ends', async () => {
    publisher.begin(senders);
    for (let n = 0; n < 20; n++) {
      const done = mic(track, n % 2 === 0);
      for (let i = 0; i < n; i++) await Promise.resolve();
      await Promise.all([done, mic(track, n % 2 === 1)]);
      expect(log.at(-1)).toBe(n === 0 ? log.at(-1) : `mute ${n % 2 === 1 ? 'muted' : 'open'}`);
    }
  });
});

describe('a lost session', () => {
  it('is repaired by telling everything again, with the mute state of now', async () => {
    publisher.begin(senders);
    await mic(track);
    publisher.pause();
    await mic(track, true);
    expect(log).toEqual(['publish open']);
    publisher.resume();
    await settled();
    expect(log).toEqual(['publish open', 'publish muted']);
  });

  it('in the middle of a message leaves its fate open', async () => {
    publisher.begin(senders);
    await mic(track);
    answers.push(refuse('socket_failed'));
    await mic(null);
    publisher.pause();
    publisher.resume();
    await settled();
    expect(log).toEqual(['publish open', 'unpublish', 'unpublish']);
  });

  it('that became a new participant publishes anew, still muted', async () => {
    publisher.begin(senders);
    await mic(track, true);
    publisher.pause();
    publisher.end();
    sender = new FakeSender();
    publisher.begin(senders);
    await settled();
    expect(log).toEqual(['publish muted', 'publish muted']);
    expect(sender.track).toBe(track);
  });

  it('does not resume before the first offer was answered', async () => {
    void mic(track);
    publisher.resume();
    await settled();
    expect(log).toEqual([]);
  });

  it('has nothing to say of what was never published', async () => {
    publisher.begin(senders);
    publisher.pause();
    publisher.resume();
    await settled();
    expect(log).toEqual([]);
  });

  it('keeps the wish when its PeerConnection is closed under it', async () => {
    publisher.begin(senders);
    sender.fail = new Error('closed');
    const set = mic(track);
    publisher.end();
    await set;
    expect(failures).toEqual([]);
    sender = new FakeSender();
    publisher.begin(senders);
    await settled();
    expect(sender.track).toBe(track);
    expect(log).toEqual(['publish open']);
  });
});

describe('refusals', () => {
  it('rate_limited waits as long as asked', async () => {
    publisher.begin(senders);
    answers.push(refuse('rate_limited', 2));
    void mic(track);
    await clock.advance(1999);
    expect(log).toHaveLength(1);
    await clock.advance(1);
    expect(log).toEqual(['publish open', 'publish open']);
  });

  it('not_published on the way out is what was wanted', async () => {
    publisher.begin(senders);
    await mic(track);
    answers.push(refuse('not_published'));
    await mic(null);
    expect(log).toEqual(['publish open', 'unpublish']);
    expect(failures).toEqual([]);
  });

  it('not_published at a mute publishes', async () => {
    publisher.begin(senders);
    await mic(track);
    answers.push(refuse('not_published'));
    await mic(track, true);
    expect(log).toEqual(['publish open', 'mute muted', 'publish muted']);
  });

  it('others are told and not repeated', async () => {
    publisher.begin(senders);
    answers.push(refuse('no_source'));
    await mic(track);
    expect(failures).toEqual(['microphone no_source']);
    expect(log).toHaveLength(1);
  });

  it('give up after five in a row', async () => {
    publisher.begin(senders);
    for (let i = 0; i < 20; i++) answers.push(refuse('rate_limited', 1));
    void mic(track);
    await clock.advance(60_000);
    expect(log).toHaveLength(5);
  });

  it('of a track is told, and nothing is published of it', async () => {
    publisher.begin(senders);
    sender.fail = new TypeError('wrong kind');
    await mic(track);
    expect(failures).toEqual(['microphone internal']);
    expect(log).toEqual([]);
  });
});
