// How the connection does: getStats() in, LinkStats out.

import type { Stats } from '../protocol/messages.gen';
import type { Clock } from './clock';
import { Patience, wait } from './patience';
import type { LinkStats } from './types';

const INTERVAL_MS = 2000;

/** Before anything is known, and while nothing is connected. */
export const NO_LINK: LinkStats = { rttMs: null, protocol: null, upBitrate: 0, downBitrate: 0, downLoss: 0, level: 0 };

/** The totals of one getStats call. */
export interface Sample {
  /** milliseconds */
  at: number;
  bytesUp: number;
  bytesDown: number;
  received: number;
  lost: number;
  rttMs: number | null;
  protocol: 'udp' | 'tcp' | null;
}

/** One entry of getStats: what browsers deliver is less typed than the specification. */
type Entry = Record<string, unknown> & { type: string; id: string };

/** Reads the totals from a report. Pure. */
export function sampleOf(report: Iterable<[string, unknown]>, at: number): Sample {
  const byId = new Map<string, Entry>();
  for (const [id, e] of report) byId.set(id, e as Entry);
  const all = [...byId.values()];
  const total = (type: string, field: string): number => sum(all.filter((e) => e.type === type).map((e) => e[field]));
  const pair = selectedPair(all, byId);
  const rtt = pair?.['currentRoundTripTime'];
  const connected = pair !== undefined;
  return {
    at,
    bytesUp: total('outbound-rtp', 'bytesSent'),
    bytesDown: total('inbound-rtp', 'bytesReceived'),
    received: total('inbound-rtp', 'packetsReceived'),
    lost: total('inbound-rtp', 'packetsLost'),
    rttMs: typeof rtt === 'number' ? rtt * 1000 : null,
    protocol: connected ? protocolOf(byId.get(String(pair['localCandidateId']))) : null,
  };
}

/** Chromium and Safari name the pair in the transport; Firefox marks the pair itself. */
function selectedPair(all: Entry[], byId: Map<string, Entry>): Entry | undefined {
  const named = all.find((e) => e.type === 'transport' && e['selectedCandidatePairId'])?.['selectedCandidatePairId'];
  if (named !== undefined) return byId.get(String(named));
  const pairs = all.filter((e) => e.type === 'candidate-pair' && e['state'] === 'succeeded');
  return pairs.find((e) => e['selected'] === true) ?? pairs.find((e) => e['nominated'] === true);
}

function protocolOf(candidate: Entry | undefined): 'udp' | 'tcp' | null {
  // A relay is reached by relayProtocol; behind it, it always speaks UDP.
  const p = candidate?.['relayProtocol'] ?? candidate?.['protocol'];
  if (p === 'udp' || p === 'tcp') return p;
  return p === 'tls' ? 'tcp' : null;
}

function sum(values: unknown[]): number {
  return values.reduce<number>((n, v) => n + (typeof v === 'number' ? v : 0), 0);
}

/** What happened between two samples. upLoss is what the server told: 0 to 1. Pure. */
export function linkBetween(a: Sample, b: Sample, upLoss: number): LinkStats {
  const seconds = Math.max(0.001, (b.at - a.at) / 1000);
  const lost = Math.max(0, b.lost - a.lost); // duplicates can make it fall
  const received = Math.max(0, b.received - a.received);
  const downLoss = lost + received > 0 ? lost / (lost + received) : 0;
  return {
    rttMs: b.rttMs === null ? null : Math.round(b.rttMs),
    protocol: b.protocol,
    upBitrate: bitrate(b.bytesUp - a.bytesUp, seconds),
    downBitrate: bitrate(b.bytesDown - a.bytesDown, seconds),
    downLoss,
    level: b.protocol === null && b.rttMs === null ? 0 : levelOf(Math.max(downLoss, upLoss), b.rttMs ?? 0),
  };
}

function bitrate(bytes: number, seconds: number): number {
  return Math.max(0, Math.round((bytes * 8) / seconds));
}

/** Bars, by the worse of loss and delay: the limits where people begin to notice, to be annoyed, to give up. */
function levelOf(loss: number, rttMs: number): 1 | 2 | 3 | 4 {
  if (loss > 0.15 || rttMs > 800) return 1;
  if (loss > 0.07 || rttMs > 400) return 2;
  if (loss > 0.02 || rttMs > 200) return 3;
  return 4;
}

/** The worst loss among the streams that the server receives from us. */
export function upLossOf(s: Stats | null): number {
  return Math.max(0, ...(s?.up ?? []).map((u) => u.loss));
}

/** Polls a new PeerConnection every 2 s, and has it wait for repairs where packets get lost. */
export class StatsPoll {
  private last: Sample;
  private stopTimer: () => void;
  private stopped = false;
  private readonly patience = new Patience();

  constructor(
    private readonly pc: RTCPeerConnection,
    private readonly clock: Clock,
    private readonly upLoss: () => number,
    private readonly tell: (l: LinkStats) => void,
  ) {
    this.last = { at: clock.now(), bytesUp: 0, bytesDown: 0, received: 0, lost: 0, rttMs: null, protocol: null };
    this.stopTimer = clock.after(INTERVAL_MS, () => void this.poll());
  }

  /** Stops for good. */
  stop(): void {
    this.stopped = true;
    this.stopTimer();
  }

  private async poll(): Promise<void> {
    try {
      // RTCStatsReport is a map in every browser; the types leave its iterator out.
      const report = (await this.pc.getStats()) as unknown as Map<string, unknown>;
      if (this.stopped) return;
      const sample = sampleOf(report, this.clock.now());
      const disconnected = this.pc.iceConnectionState === 'disconnected' || this.pc.iceConnectionState === 'failed';
      if (disconnected) this.tell(NO_LINK);
      else this.told(linkBetween(this.last, sample, this.upLoss()), sample.at);
      this.last = sample;
    } catch {
      // A closing PeerConnection refuses; the next poll, if any, tells.
    }
    if (!this.stopped) this.stopTimer = this.clock.after(INTERVAL_MS, () => void this.poll());
  }

  private told(link: LinkStats, at: number): void {
    wait(this.pc.getReceivers(), this.patience.after(link, at));
    this.tell(link);
  }
}
