// Keeps what is sent and what the room knows of it equal to what the person wants.
//
// Each source has a lane: wanted, the track at the sender, and what the server was told. A lane runs until the three
// agree, so that fast clicks end in the last state, and a lost session is repaired by forgetting what was told. What the
// room wants of the encodings goes through the lane too, so that a sender is changed in one place at a time.

import type { ClientMessages, Source } from '../protocol/messages.gen';
import type { Clock } from './clock';
import { asFailure, type CallFailure } from './failure';
import { SEND_ORDER } from './sections';
import { ALL_ENCODINGS, changesCodec, fitCamera, fitScreen, offerable, type RoomWish } from './simulcast';

/** What a person wants of a source; track null: not published. */
export interface Wanted {
  track: MediaStreamTrack | null;
  muted: boolean;
}

/** What the server was told of a source; unknown after a resume, where the last message may have been lost. */
export type Told = 'none' | 'open' | 'muted' | 'unknown';

type PublishMessages = Pick<ClientMessages, 'publish' | 'mute' | 'unpublish'>;
/** The next message for a lane. */
export type Step = { [T in keyof PublishMessages]: { type: T; data: PublishMessages[T]; then: Told } }[keyof PublishMessages];

/** The message that brings what was told closer to what is wanted; null when they agree. Pure. */
export function nextStep(source: Source, told: Told, wanted: Wanted): Step | null {
  const goal: Told = wanted.track ? (wanted.muted ? 'muted' : 'open') : 'none';
  if (goal === told) return null;
  if (goal === 'none') return { type: 'unpublish', data: { source }, then: 'none' };
  const type = told === 'none' || told === 'unknown' ? 'publish' : 'mute';
  return { type, data: { source, muted: wanted.muted }, then: goal };
}

/** What a Publisher needs from outside. */
export interface PublisherDeps {
  clock: Clock;
  send(step: Step): Promise<unknown>;
  failed(source: Source, failure: CallFailure): void;
  /** offers a source anew with this codec first */
  prefer(source: Source, codec: string): void;
}

interface Lane {
  source: Source;
  wanted: Wanted;
  track: MediaStreamTrack | null;
  told: Told;
  /** what the room wants, and that for which the sender was set; a wish is replaced, never changed */
  room: RoomWish;
  fitted: RoomWish;
  /** times in a row that the sender did not take this wish */
  misfits: number;
  running: Promise<void> | null;
  /** something changed since the lane began its last round */
  dirty: boolean;
}

/** Refusals in a row after which a lane waits for the next wish. */
const MAX_REFUSALS = 5;
const RETRY_MS = 1000;

/** Until the room says what it wants. */
const ANYTHING: RoomWish = { max: ALL_ENCODINGS, codec: '' };

/** All lanes of one call. */
export class Publisher {
  private readonly lanes: Map<Source, Lane>;
  private senders: ((s: Source) => RTCRtpSender | null) | null = null;
  private live = false;
  /** the browser changes codecs by the parameters of senders; null: not tried yet */
  private byParameters: boolean | null = null;

  constructor(private readonly deps: PublisherDeps) {
    const lane = (source: Source): Lane => ({
      source,
      wanted: { track: null, muted: true },
      track: null,
      told: 'none',
      room: ANYTHING,
      fitted: ANYTHING,
      misfits: 0,
      running: null,
      dirty: false,
    });
    this.lanes = new Map(SEND_ORDER.map((s) => [s, lane(s)]));
  }

  /** Says what is wanted; resolves when it is carried out or cannot be now. */
  set(source: Source, wanted: Wanted): Promise<void> {
    const lane = this.lanes.get(source)!;
    lane.wanted = wanted;
    return this.run(lane);
  }

  /** The server has ended the publication of a source: nothing is told any more. */
  stopped(source: Source): void {
    const lane = this.lanes.get(source);
    if (lane) lane.told = 'none';
  }

  /** The room wants the encodings of a source up to an index, the larger ones rest, and a codec if possible. */
  limit(source: Source, max: number, codec = ''): void {
    const lane = this.lanes.get(source);
    if (!lane) return; // of a later protocol
    lane.room = { max, codec };
    lane.misfits = 0;
    void this.run(lane);
  }

  /** There is a new PeerConnection and a new participant: everything is told from the start. */
  begin(senders: (s: Source) => RTCRtpSender | null): void {
    this.senders = senders;
    this.live = true;
    for (const lane of this.lanes.values()) {
      lane.track = null;
      lane.told = 'none';
      lane.room = lane.fitted = ANYTHING;
      void this.run(lane);
    }
  }

  /** The same participant is back: what was told last may be lost. */
  resume(): void {
    if (!this.senders) return; // the first offer is not answered yet; begin follows
    this.live = true;
    for (const lane of this.lanes.values()) {
      if (lane.told !== 'none' || lane.wanted.track) lane.told = 'unknown';
      void this.run(lane);
    }
  }

  /** The session is lost; tracks may still change. */
  pause(): void {
    this.live = false; // what was under way fails, and its lane notes that its fate is unknown
  }

  /** The PeerConnection is gone. */
  end(): void {
    this.live = false;
    this.senders = null;
  }

  private run(lane: Lane): Promise<void> {
    lane.dirty = true;
    return (lane.running ??= this.rounds(lane));
  }

  private async rounds(lane: Lane): Promise<void> {
    try {
      while (lane.dirty) {
        lane.dirty = false;
        await this.settle(lane);
      }
    } finally {
      lane.running = null; // a surprise must not stop the lane for good
    }
  }

  private async settle(lane: Lane): Promise<void> {
    for (let refusals = 0; refusals < MAX_REFUSALS; ) {
      const senders = this.senders;
      const sender = senders?.(lane.source);
      if (!sender) return;
      if (lane.track !== lane.wanted.track) {
        await this.replace(lane, sender, lane.wanted.track);
        continue;
      }
      if (lane.fitted !== lane.room) {
        await this.fit(lane, sender);
        continue;
      }
      const step = this.live ? nextStep(lane.source, lane.told, lane.wanted) : null;
      if (!step) return;
      try {
        await this.deps.send(step);
        // After a renewal meanwhile this was told of another participant.
        if (this.senders === senders) lane.told = step.then;
      } catch (thrown) {
        if (!(await this.refused(lane, asFailure(thrown)))) return;
        refusals++;
      }
    }
  }

  private async replace(lane: Lane, sender: RTCRtpSender, track: MediaStreamTrack | null): Promise<void> {
    lane.track = track; // first, so that a renewal meanwhile can reset it
    try {
      await this.fit(lane, sender);
      await sender.replaceTrack(track);
    } catch (thrown) {
      if (this.senders?.(lane.source) !== sender) return; // its PeerConnection was closed; the next one gets the track
      lane.wanted = { track: null, muted: true };
      this.deps.failed(lane.source, asFailure(thrown));
    }
  }

  /**
   * Without a track there is nothing to encode: the next one is fitted before it is sent. What a sender does not take now,
   * as in the middle of a negotiation, is tried again: the room says each wish once.
   */
  private async fit(lane: Lane, sender: RTCRtpSender): Promise<void> {
    const wish = (lane.fitted = lane.room);
    if (!lane.track || (await this.shape(lane.source, sender, lane.track, wish))) return;
    if (lane.room !== wish || lane.misfits++ >= MAX_REFUSALS) return;
    this.deps.clock.after(RETRY_MS, () => {
      if (lane.room !== wish || this.senders?.(lane.source) !== sender) return;
      lane.room = { ...wish };
      void this.run(lane);
    });
  }

  private async shape(source: Source, sender: RTCRtpSender, track: MediaStreamTrack, wish: RoomWish): Promise<boolean> {
    if (source !== 'camera' && source !== 'screen') return true;
    const { max, codec } = wish;
    if (codec) this.byParameters ??= await changesCodec(sender);
    if (this.byParameters === false) this.deps.prefer(source, offerable(source, codec));
    const rest = { max, codec: this.byParameters === false ? '' : codec };
    return source === 'camera' ? fitCamera(sender, track, rest) : fitScreen(sender, rest);
  }

  /** True when another try makes sense. */
  private async refused(lane: Lane, failure: CallFailure): Promise<boolean> {
    switch (failure.code) {
      case 'socket_failed':
        lane.told = 'unknown';
        return false;
      case 'not_published':
        lane.told = 'none';
        return true;
      case 'rate_limited':
        await new Promise<void>((resolve) => this.deps.clock.after((failure.retryAfter ?? 0) * 1000 || RETRY_MS, resolve));
        return true;
      default:
        this.deps.failed(lane.source, failure);
        return false;
    }
  }
}
