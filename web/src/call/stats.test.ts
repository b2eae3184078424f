import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/fakes';
import { linkBetween, NO_LINK, sampleOf, StatsPoll, upLossOf, type Sample } from './stats';
import type { LinkStats } from './types';

type Report = [string, Record<string, unknown>][];
const rtp: Report = [
  ['o1', { type: 'outbound-rtp', bytesSent: 1000 }],
  ['o2', { type: 'outbound-rtp', bytesSent: 500 }],
  ['i1', { type: 'inbound-rtp', bytesReceived: 2000, packetsReceived: 20, packetsLost: 1 }],
  ['i2', { type: 'inbound-rtp', packetsReceived: 5 }],
  ['r1', { type: 'remote-inbound-rtp', packetsLost: 99 }],
];
const pair = (more: object): [string, Record<string, unknown>] => ['p1', { type: 'candidate-pair', state: 'succeeded', localCandidateId: 'c1', currentRoundTripTime: 0.05, ...more }];
const local = (more: object): [string, Record<string, unknown>] => ['c1', { type: 'local-candidate', protocol: 'udp', ...more }];
const transport: [string, Record<string, unknown>] = ['t', { type: 'transport', selectedCandidatePairId: 'p1' }];
const withIds = (r: Report): Report => r.map(([id, e]) => [id, { id, ...e }]);

describe('sampleOf', () => {
  it('adds up all streams', () => {
    const s = sampleOf(withIds([...rtp, transport, pair({}), local({})]), 7);
    expect(s).toEqual({ at: 7, bytesUp: 1500, bytesDown: 2000, received: 25, lost: 1, rttMs: 50, protocol: 'udp' });
  });

  it.each<[string, Report, Partial<Sample>]>([
    ['Chromium over TCP', [transport, pair({}), local({ protocol: 'tcp' })], { protocol: 'tcp' }],
    ['a relay over TLS', [transport, pair({}), local({ protocol: 'udp', relayProtocol: 'tls' })], { protocol: 'tcp' }],
    ['a relay over UDP', [transport, pair({}), local({ protocol: 'udp', relayProtocol: 'udp' })], { protocol: 'udp' }],
    ['Firefox: selected', [['p0', { type: 'candidate-pair', state: 'succeeded', nominated: true, localCandidateId: 'x' }], pair({ selected: true }), local({})], { protocol: 'udp', rttMs: 50 }],
    ['only nominated', [pair({ nominated: true }), local({})], { protocol: 'udp' }],
    ['no pair', [local({})], { protocol: null, rttMs: null }],
    ['no round trip yet', [transport, pair({ currentRoundTripTime: undefined }), local({})], { rttMs: null, protocol: 'udp' }],
    ['a pair that is gone', [transport], { protocol: null, rttMs: null }],
  ])('%s', (_, report, want) => expect(sampleOf(withIds(report), 0)).toMatchObject(want));
});

const at = (ms: number, more: Partial<Sample> = {}): Sample => ({ at: ms, bytesUp: 0, bytesDown: 0, received: 0, lost: 0, rttMs: 20, protocol: 'udp', ...more });

describe('linkBetween', () => {
  it('tells bit rates and loss of the interval', () => {
    const l = linkBetween(at(0, { received: 1000 }), at(2000, { bytesUp: 250_000, bytesDown: 500_000, received: 1099, lost: 1 }), 0);
    expect(l).toEqual({ rttMs: 20, protocol: 'udp', upBitrate: 1_000_000, downBitrate: 2_000_000, downLoss: 0.01, level: 4 });
  });

  it('never goes below zero: slots may end and duplicates arrive', () => {
    const l = linkBetween(at(0, { bytesUp: 9, bytesDown: 9, received: 9, lost: 9 }), at(0), 0);
    expect(l).toMatchObject({ upBitrate: 0, downBitrate: 0, downLoss: 0 });
  });

  it.each([
    [0, 20, 4], [0.02, 200, 4], [0.03, 20, 3], [0, 201, 3], [0.08, 20, 2], [0, 401, 2], [0.2, 20, 1], [0, 801, 1],
  ])('up loss %f and %i ms are %i bars', (loss, rttMs, bars) => expect(linkBetween(at(0), at(2000, { rttMs }), loss).level).toBe(bars));

  it('has no bars without a connection', () => expect(linkBetween(at(0), at(2000, { rttMs: null, protocol: null }), 0).level).toBe(0));
});

it('upLossOf is the worst, or 0', () => {
  const s = (loss: number) => ({ participant: 'a', source: 'camera' as const, bitrate: 1, loss, width: 0, height: 0 });
  expect(upLossOf(null)).toBe(0);
  expect(upLossOf({ up: [], down: [s(0.9)] })).toBe(0);
  expect(upLossOf({ up: [s(0.1), s(0.3)], down: [] })).toBe(0.3);
});

describe('StatsPoll', () => {
  it('tells every 2 s until it is stopped, and survives a refusal', async () => {
    const clock = new FakeClock();
    const told: LinkStats[] = [];
    let bytes = 0;
    const pc = {
      iceConnectionState: 'connected',
      refuse: false,
      getReceivers: () => [],
      getStats: async () => {
        if (pc.refuse) throw new Error('closed');
        return new Map<string, unknown>(withIds([['i', { type: 'inbound-rtp', bytesReceived: (bytes += 250_000) }], transport, pair({}), local({})]));
      },
    };
    const poll = new StatsPoll(pc as unknown as RTCPeerConnection, clock, () => 0, (l) => told.push(l));
    await clock.advance(4000);
    expect(told.map((l) => [l.downBitrate, l.level])).toEqual([[1_000_000, 4], [1_000_000, 4]]);
    pc.refuse = true;
    await clock.advance(2000);
    pc.refuse = false;
    pc.iceConnectionState = 'disconnected';
    await clock.advance(2000);
    expect(told.slice(2)).toEqual([NO_LINK]);
    poll.stop();
    await clock.advance(10_000);
    expect(told).toHaveLength(3);
    expect(clock.pending).toBe(0);
  });
});
