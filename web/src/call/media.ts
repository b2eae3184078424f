// Everything of a call that is media: the PeerConnection, what is sent into it, what comes out of it.

import type { ReadonlySignal } from '@preact/signals';
import { Playback } from '../media/playback';
import type { Answer, ClientMessages, ICEServer, Offer, SlotFill, Source } from '../protocol/messages.gen';
import type { Clock } from './clock';
import type { CallFailure } from './failure';
import { Fills } from './fills';
import { Peer } from './peer';
import { Publisher, type Step, type Wanted } from './publisher';
import { StatsPoll } from './stats';
import type { LinkStats } from './types';

/** What CallMedia needs from outside. */
export interface MediaDeps {
  clock: Clock;
  offer(o: Offer): Promise<Answer>;
  publish<T extends 'publish' | 'mute' | 'unpublish'>(type: T, data: ClientMessages[T]): Promise<unknown>;
  /** loss of what we send, 0 to 1, as the server tells it */
  upLoss(): number;
  /** the newest fills */
  fills(): readonly SlotFill[];
}

/** What CallMedia tells. */
export interface MediaEvents {
  link(l: LinkStats): void;
  trouble(on: boolean): void;
  broken(): void;
  failed(source: Source, failure: CallFailure): void;
}

/** Lives as long as the call; the PeerConnection within may be replaced. */
export class CallMedia {
  private peer: Peer | null = null;
  private poll: StatsPoll | null = null;
  private readonly fills = new Fills();
  private readonly playback = new Playback();
  private readonly publisher: Publisher;
  /** what is sent with two channels: the sound of a screen is film or music */
  private stereo: ReadonlySet<Source> = new Set(['screen_audio']);

  constructor(private readonly deps: MediaDeps, private readonly events: MediaEvents) {
    this.publisher = new Publisher({
      clock: deps.clock,
      send: (s: Step) => deps.publish(s.type, s.data),
      failed: (source, failure) => events.failed(source, failure),
      prefer: (source, codec) => this.peer?.preferCodec(source, codec),
    });
  }

  /** True while the browser refuses to play. */
  get soundBlocked(): ReadonlySignal<boolean> {
    return this.playback.blocked;
  }

  /** The PeerConnection, for tests and for people who look for faults. */
  get pc(): RTCPeerConnection | null {
    return this.peer?.pc ?? null;
  }

  /** A new participant: a new PeerConnection, to which everything wanted is published. */
  async begin(iceServers: ICEServer[]): Promise<void> {
    this.end();
    const { clock, offer } = this.deps;
    const connect = (c: RTCConfiguration): RTCPeerConnection => new RTCPeerConnection(c);
    // Of a PeerConnection that was replaced meanwhile nothing is heard any more.
    const mine = (fn: () => void) => () => {
      if (this.peer === peer) fn();
    };
    const peer: Peer = new Peer(iceServers, this.stereo, { clock, connect, offer }, {
      slots: mine(() => this.slotsChanged()),
      trouble: (on) => this.peer === peer && this.events.trouble(on),
      broken: mine(() => this.events.broken()),
    });
    this.peer = peer;
    await peer.start();
    if (this.peer !== peer) return;
    this.poll = new StatsPoll(peer.pc, clock, () => this.deps.upLoss(), (l) => this.events.link(l));
    this.publisher.begin((s) => peer.sender(s));
  }

  /** The socket is lost; media goes on. */
  pause(): void {
    this.publisher.pause();
  }

  /** The same participant is back. False when the first offer was never answered: begin again. */
  resume(): boolean {
    if (!this.poll) return false;
    this.peer?.resumed();
    this.publisher.resume();
    return true;
  }

  /** Says what is to be sent of a source. */
  send(source: Source, wanted: Wanted): Promise<void> {
    return this.publisher.set(source, wanted);
  }

  /** The microphone gives music, to be sent with two channels; else a voice. */
  setMusic(on: boolean): void {
    if (on === this.stereo.has('microphone')) return;
    this.stereo = new Set(on ? ['screen_audio', 'microphone'] : ['screen_audio']);
    this.peer?.setStereo(this.stereo);
  }

  /** The room has ended the publication of a source. */
  stopped(source: Source): void {
    this.publisher.stopped(source);
  }

  /** The room wants the encodings of a source up to this index. */
  limit(source: Source, max: number, codec?: string): void {
    this.publisher.limit(source, max, codec);
  }

  /** Takes the newest fills. */
  fill(fills: readonly SlotFill[]): void {
    this.fills.apply(fills, (mid) => this.peer?.slotTrack(mid) ?? null);
  }

  /** The stream of a remote video. */
  stream(key: string): ReadonlySignal<MediaStream | null> {
    return this.fills.stream(key);
  }

  /** Forgets the streams of videos that are gone. */
  keepOnly(keys: ReadonlySet<string>): void {
    this.fills.keepOnly(keys);
  }

  /** Makes room for n videos at once. */
  needVideoSlots(n: number): void {
    this.peer?.needVideoSlots(n);
  }

  setSink(id: string | null): void {
    this.playback.setSink(id);
  }

  networkChanged(): void {
    this.peer?.networkChanged();
  }

  /** Ends the PeerConnection and all playback; begin may follow. */
  end(): void {
    this.publisher.end();
    this.poll?.stop();
    this.poll = null;
    this.fills.reset();
    this.playback.close();
    this.peer?.close();
    this.peer = null;
  }

  private slotsChanged(): void {
    if (!this.peer) return;
    this.playback.set(this.peer.audioSlots());
    this.fill(this.deps.fills());
  }
}
