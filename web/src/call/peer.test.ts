import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeClock, fakeTrack, settled } from '../../test/fakes';
import type { Answer, Offer } from '../protocol/messages.gen';
import { CallFailure } from './failure';
import { Peer } from './peer';

interface FakeTransceiver {
  mid: string | null;
  kind: string;
  direction: string;
  stopped: boolean;
  init: RTCRtpTransceiverInit;
  sender: object;
  receiver: { track: MediaStreamTrack };
  setCodecPreferences(list: { mimeType: string }[]): void;
  stop(): void;
}

/** A PeerConnection that knows transceivers and nothing of networks. */
class FakePC {
  iceConnectionState = 'new';
  connectionState = 'new';
  oniceconnectionstatechange: (() => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  localDescription: { sdp: string } | null = null;
  transceivers: FakeTransceiver[] = [];
  restarts: boolean[] = [];
  answers: string[] = [];
  closed = false;
  picky = false;
  /** takes its own offers only */
  strict = false;

  addTransceiver(kind: string, init: RTCRtpTransceiverInit): FakeTransceiver {
    if (this.picky && init.sendEncodings?.some((e) => 'scalabilityMode' in e)) throw new Error('unsupported');
    const t: FakeTransceiver = {
      mid: null, kind, direction: init.direction!, stopped: false, init,
      sender: { getParameters: () => ({}), setParameters: async () => undefined },
      receiver: { track: fakeTrack(kind as 'audio') },
      setCodecPreferences: () => { throw new Error('unsupported'); },
      stop: () => (t.stopped = true),
    };
    this.transceivers.push(t);
    return t;
  }
  getTransceivers = (): FakeTransceiver[] => this.transceivers;
  createOffer = async (o: { iceRestart: boolean }): Promise<object> => (this.restarts.push(o.iceRestart), { type: 'offer', sdp: this.offer() });
  private offer(): string {
    const section = (t: FakeTransceiver, i: number): string =>
      [`m=${t.kind} 9 UDP 111`, `a=mid:${t.mid ?? i}`, `a=${t.direction}`, `a=rtpmap:111 ${t.kind === 'audio' ? 'opus' : 'VP8'}/1`, 'a=fmtp:111 minptime=10', ''].join('\r\n');
    return `offer ${this.restarts.length}\r\n` + this.transceivers.map(section).join('');
  }
  async setLocalDescription(d: { sdp: string }): Promise<void> {
    if (this.strict && d.sdp !== this.offer()) throw new Error('InvalidModificationError');
    this.transceivers.forEach((t, i) => (t.mid ??= String(i)));
    this.localDescription = { sdp: d.sdp };
  }
  async setRemoteDescription(d: { sdp: string }): Promise<void> {
    this.answers.push(d.sdp);
  }
  close(): void {
    this.closed = true;
  }
  ice(state: string): void {
    this.iceConnectionState = state;
    this.oniceconnectionstatechange?.();
  }
}

let clock: FakeClock;
let pc: FakePC;
let offers: Offer[];
let replies: (() => Promise<Answer>)[];
let log: string[];
let config: RTCConfiguration | null;

function newPeer(): Peer {
  const connect = (c: RTCConfiguration): RTCPeerConnection => ((config = c), pc as unknown as RTCPeerConnection);
  const offer = (o: Offer): Promise<Answer> => {
    offers.push(o);
    return replies.shift()?.() ?? Promise.resolve(answer());
  };
  const events = { slots: () => log.push('slots'), trouble: (on: boolean) => log.push(`trouble ${on}`), broken: () => log.push('broken') };
  return new Peer([{ urls: ['stun:x'] }], new Set(['screen_audio']), { clock, connect, offer }, events);
}

function answer(): Answer {
  const slots = pc.transceivers.filter((t) => t.direction === 'recvonly' && t.mid !== null).map((t) => ({ mid: t.mid!, kind: t.kind as 'audio' }));
  return { sdp: 'answer', slots };
}

const refuse = (code: string) => () => Promise.reject(new CallFailure(code));

beforeEach(() => {
  clock = new FakeClock();
  pc = new FakePC();
  offers = [];
  replies = [];
  log = [];
  config = null;
});

describe('stereo', () => {
  it('is offered anew for what changes, in the order of the changes', async () => {
    const peer = newPeer();
    await peer.start();
    peer.setStereo(new Set(['microphone', 'screen_audio']));
    peer.setStereo(new Set(['screen_audio']));
    await settled();
    const announced = offers.map((o) => o.sdp.split('sprop-stereo=1').length - 1);
    // What counts is what is wanted when the offer is made.
    expect(announced).toEqual([1, 1, 1]);
    peer.setStereo(new Set(['microphone', 'screen_audio']));
    await settled();
    expect(offers.at(-1)!.sdp.split('sprop-stereo=1')).toHaveLength(3);
    expect(pc.restarts).toEqual([false, false, false, false]);
  });
});

describe('another codec', () => {
  it('comes first in a new offer, once, where the browser has it', async () => {
    const orders: string[][] = [];
    vi.stubGlobal('RTCRtpReceiver', { getCapabilities: () => ({ codecs: ['video/VP8', 'video/VP9'].map((mimeType) => ({ mimeType })) }) });
    const peer = newPeer();
    await peer.start();
    pc.transceivers[2]!.setCodecPreferences = (list) => orders.push(list.map((c) => c.mimeType));
    for (const codec of ['vp8', '', 'vp9', 'vp9', 'av1', 'vp8']) peer.preferCodec('screen', codec);
    await settled();
    expect(orders).toEqual([['video/VP9', 'video/VP8'], ['video/VP8', 'video/VP9']]);
    expect(offers).toHaveLength(1 + 2);
    vi.unstubAllGlobals();
  });
});

describe('the first offer', () => {
  it('has the sections in their order', async () => {
    await newPeer().start();
    expect(config).toMatchObject({ iceServers: [{ urls: ['stun:x'] }], bundlePolicy: 'max-bundle' });
    expect(pc.transceivers.map((t) => `${t.kind} ${t.direction}`)).toEqual([
      'audio sendonly', 'video sendonly', 'video sendonly', 'audio sendonly',
      ...Array<string>(6).fill('audio recvonly'), ...Array<string>(9).fill('video recvonly'),
    ]);
    expect(offers[0]!.sections).toEqual([
      { mid: '0', source: 'microphone' }, { mid: '1', source: 'camera' }, { mid: '2', source: 'screen' }, { mid: '3', source: 'screen_audio' },
    ]);
  });

  it('announces two channels for the sound of a screen, and plays what has two', async () => {
    await newPeer().start();
    const section = (sdp: string, mid: string): string => sdp.split(/^(?=m=)/m).find((s) => s.includes(`a=mid:${mid}\r`))!;
    expect(section(offers[0]!.sdp, '3')).toContain('a=fmtp:111 minptime=10;sprop-stereo=1\r');
    for (const mid of ['0', '1']) expect(section(offers[0]!.sdp, mid)).toContain('a=fmtp:111 minptime=10\r');
    expect(section(pc.localDescription!.sdp, '4')).toContain('a=fmtp:111 minptime=10;stereo=1\r');
    expect(section(pc.localDescription!.sdp, '3')).toContain('a=fmtp:111 minptime=10\r');
  });

  it('is the own one of a browser that takes no other', async () => {
    pc.strict = true;
    await newPeer().start();
    expect(pc.localDescription!.sdp).not.toContain('stereo');
    expect(offers[0]!.sdp).toContain('sprop-stereo=1');
  });

  it('sends the camera in three sizes, with temporal layers where the browser can', () => {
    newPeer();
    const camera = () => pc.transceivers[1]!.init.sendEncodings as (RTCRtpEncodingParameters & { scalabilityMode?: string })[];
    expect(camera().map((e) => [e.rid, e.scaleResolutionDownBy, e.scalabilityMode])).toEqual([['q', 4, 'L1T3'], ['h', 2, 'L1T3'], ['f', 1, 'L1T3']]);
    pc = new FakePC();
    pc.picky = true;
    newPeer();
    expect(camera().map((e) => e.scalabilityMode)).toEqual([undefined, undefined, undefined]);
    expect(pc.transceivers).toHaveLength(19);
  });

  it('rejects when it is refused', async () => {
    replies.push(refuse('bad_offer'));
    await expect(newPeer().start()).rejects.toMatchObject({ code: 'bad_offer' });
  });

  it('is repeated while the server is busy', async () => {
    replies.push(refuse('offer_busy'), refuse('rate_limited'));
    const started = newPeer().start();
    await clock.advance(1000);
    await started;
    expect(offers).toHaveLength(3);
    expect(pc.restarts).toEqual([false]); // the same offer each time
  });
});

describe('slots', () => {
  it('deliver tracks by mid, and only those of the answer', async () => {
    const peer = newPeer();
    expect(peer.slotTrack('4')).toBeNull();
    await peer.start();
    expect(log).toEqual(['slots']);
    expect(peer.slotTrack('10')).toBe(pc.transceivers[10]!.receiver.track);
    expect(peer.slotTrack('0')).toBeNull();
    expect([...peer.audioSlots().keys()]).toEqual(['4', '5', '6', '7', '8', '9']);
  });

  it.each([[1, 0], [9, 0], [10, 3], [12, 3], [13, 6], [24, 15], [99, 15]])('for %i videos add %i sections', async (n, added) => {
    const peer = newPeer();
    await peer.start();
    peer.needVideoSlots(n);
    peer.needVideoSlots(n - 1);
    await settled();
    expect(pc.transceivers.length - 19).toBe(added);
    expect(offers).toHaveLength(added > 0 ? 2 : 1);
  });

  it('that are refused are taken back and not asked for again', async () => {
    const peer = newPeer();
    await peer.start();
    replies.push(refuse('bad_offer'));
    peer.needVideoSlots(12);
    await settled();
    expect(pc.transceivers.slice(19).every((t) => t.stopped)).toBe(true);
    peer.needVideoSlots(15);
    await settled();
    expect(pc.transceivers).toHaveLength(22);
  });

  it('that were asked for in a lost session are asked for after the resume', async () => {
    const peer = newPeer();
    await peer.start();
    replies.push(refuse('socket_failed'));
    peer.needVideoSlots(12);
    await settled();
    peer.resumed();
    await settled();
    expect(offers).toHaveLength(3);
    expect(peer.slotTrack('21')).not.toBeNull();
  });
});

describe('ICE', () => {
  it('restarts after a failure, one offer at a time', async () => {
    const peer = newPeer();
    await peer.start();
    pc.ice('failed');
    await clock.advance(0);
    expect(pc.restarts).toEqual([false, true]);
    pc.ice('connected');
    await clock.advance(60_000);
    expect(offers).toHaveLength(2);
    peer.close();
  });

  it('restarts after a resume when an answer may have been lost', async () => {
    const peer = newPeer();
    await peer.start();
    pc.ice('connected');
    peer.resumed();
    await settled();
    expect(offers).toHaveLength(1); // media went on untouched
    replies.push(refuse('socket_failed'));
    peer.restart();
    await settled();
    peer.resumed();
    await settled();
    expect(pc.restarts).toEqual([false, true, true]);
  });

  it('that the server refuses to restart needs a new PeerConnection', async () => {
    const peer = newPeer();
    await peer.start();
    replies.push(refuse('bad_offer'));
    peer.restart();
    await settled();
    expect(log).toEqual(['slots', 'broken']);
  });

  it('connected with DTLS failed needs a new PeerConnection', async () => {
    await newPeer().start();
    pc.ice('connected');
    pc.connectionState = 'failed';
    pc.onconnectionstatechange?.();
    expect(log).toEqual(['slots', 'broken']);
  });
});

it('close ends timers, listeners and what was under way', async () => {
  const peer = newPeer();
  await peer.start();
  let reply: (a: Answer) => void = () => undefined;
  replies.push(() => new Promise((r) => (reply = r)));
  peer.restart();
  await settled();
  peer.close();
  reply(answer());
  await settled();
  expect(pc.closed).toBe(true);
  expect(pc.answers).toHaveLength(1);
  expect(clock.pending).toBe(0);
  peer.needVideoSlots(24);
  expect(pc.transceivers).toHaveLength(19);
});
