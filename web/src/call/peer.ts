// The participant's only PeerConnection: this side always offers.

import type { Answer, ICEServer, Offer, Section, Source } from '../protocol/messages.gen';
import type { Clock } from './clock';
import { asFailure, CallFailure } from './failure';
import { IceWatch } from './icewatch';
import { announceStereo, playStereo } from './opus';
import { addReceiving, addSending, AUDIO_SLOTS, MAX_VIDEO_SLOTS, putFirst, VIDEO_SLOTS } from './sections';

/** What a Peer needs from outside. */
export interface PeerDeps {
  clock: Clock;
  connect(config: RTCConfiguration): RTCPeerConnection;
  offer(o: Offer): Promise<Answer>;
}

/** What a Peer tells. */
export interface PeerEvents {
  /** the slots are (other) ones: fills can be looked up again */
  slots(): void;
  /** media does not get through, or does again */
  trouble(on: boolean): void;
  /** nothing can repair this PeerConnection: a new one is needed */
  broken(): void;
}

/** Slots are added in such steps, so that a growing grid does not negotiate at every arrival. */
const SLOT_STEP = 3;
const BUSY_MS = 500;
const BUSY_TRIES = 10;

/** One PeerConnection, from join to leave or renewal. */
export class Peer {
  readonly pc: RTCPeerConnection;
  private readonly sending: Map<Source, RTCRtpTransceiver>;
  private readonly watch: IceWatch;
  /** what the newest offer has first of a source, unless it is VP8 */
  private readonly preferred = new Map<Source, string>();
  private videoSlots = 0;
  private mostVideoSlots = MAX_VIDEO_SLOTS;
  private slotKinds = new Map<string, 'audio' | 'video'>();
  private chain: Promise<void> = Promise.resolve();
  private stereo: ReadonlySet<Source>;
  /** An offer may have reached the server without its answer reaching us: the next one must restart ICE. */
  private unsure = false;
  private closed = false;

  /** Sound of the stereo sources is sent with two channels. */
  constructor(iceServers: ICEServer[], stereo: ReadonlySet<Source>, private readonly deps: PeerDeps, private readonly events: PeerEvents) {
    this.stereo = stereo;
    this.pc = deps.connect({ iceServers, bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require' });
    this.sending = addSending(this.pc);
    addReceiving(this.pc, 'audio', AUDIO_SLOTS);
    addReceiving(this.pc, 'video', (this.videoSlots = VIDEO_SLOTS));
    this.watch = new IceWatch(deps.clock, {
      restart: () => this.restart(),
      trouble: (on) => events.trouble(on),
    });
    this.pc.oniceconnectionstatechange = () => this.watch.changed(this.pc.iceConnectionState);
    this.pc.onconnectionstatechange = () => this.connectionChanged();
  }

  /** The first offer; rejects when the server refuses it. */
  async start(): Promise<void> {
    await this.negotiate(false);
    if (!this.closed) this.watch.changed(this.pc.iceConnectionState);
  }

  /** The sender of a source. */
  sender(source: Source): RTCRtpSender | null {
    return this.sending.get(source)?.sender ?? null;
  }

  /** The track that a slot delivers, or null for what is no slot. */
  slotTrack(mid: string): MediaStreamTrack | null {
    if (!this.slotKinds.has(mid)) return null;
    return this.pc.getTransceivers().find((t) => t.mid === mid)?.receiver.track ?? null;
  }

  /** The tracks of all audio slots, by mid. */
  audioSlots(): Map<string, MediaStreamTrack> {
    const tracks = new Map<string, MediaStreamTrack>();
    for (const [mid, kind] of this.slotKinds) {
      const track = kind === 'audio' ? this.slotTrack(mid) : null;
      if (track) tracks.set(mid, track);
    }
    return tracks;
  }

  /** Makes sure that n videos can be received at once, as far as the server allows. */
  needVideoSlots(n: number): void {
    const wanted = Math.min(this.mostVideoSlots, Math.ceil(n / SLOT_STEP) * SLOT_STEP);
    if (this.closed || wanted <= this.videoSlots) return;
    const before = this.videoSlots;
    const added = addReceiving(this.pc, 'video', wanted - before);
    this.videoSlots = wanted;
    this.negotiate(false).catch((thrown: unknown) => {
      if (asFailure(thrown).code === 'socket_failed') return; // offered again after the resume
      // Refused: take them back, or every later offer would be refused as well.
      for (const t of added) t.stop();
      this.videoSlots = this.mostVideoSlots = before;
    });
  }

  /** Sends the sound of these sources with two channels from now on, and that of others with one. */
  setStereo(sources: ReadonlySet<Source>): void {
    this.stereo = sources;
    this.negotiate(false).catch(() => undefined); // a lost offer is repeated after the resume; a refused one changes nothing
  }

  /** Offers a video source with this codec first, which is what browsers send; "" or one that it does not have: as before. */
  preferCodec(source: Source, codec: string): void {
    const section = this.sending.get(source);
    if (this.closed || !section || !codec || codec === (this.preferred.get(source) ?? 'vp8')) return;
    if (!putFirst(section, 'video', `video/${codec}`)) return;
    this.preferred.set(source, codec);
    this.negotiate(false).catch(() => undefined); // as with setStereo
  }

  /** Restarts ICE; failures are tried again by the watch or after the next resume. */
  restart(): void {
    this.negotiate(true).catch((thrown: unknown) => {
      if (asFailure(thrown).code !== 'socket_failed' && !this.closed) this.events.broken();
    });
  }

  /** The session is back: finishes what the loss of the socket left open. */
  resumed(): void {
    const ice = this.pc.iceConnectionState;
    if (this.unsure || ice === 'failed' || ice === 'disconnected') this.restart();
  }

  /** See IceWatch.networkChanged. */
  networkChanged(): void {
    this.watch.networkChanged();
  }

  /** Closes for good. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.watch.close();
    this.pc.oniceconnectionstatechange = this.pc.onconnectionstatechange = null;
    this.pc.close();
  }

  private negotiate(iceRestart: boolean): Promise<void> {
    const run = this.chain.then(() => this.exchange(iceRestart));
    this.chain = run.catch(() => undefined);
    return run;
  }

  private async exchange(iceRestart: boolean): Promise<void> {
    if (this.closed) return;
    const pc = this.pc;
    await this.describe(await pc.createOffer({ iceRestart: iceRestart || this.unsure }));
    const sdp = pc.localDescription?.sdp;
    if (!sdp) throw new CallFailure('internal', 'the browser made no offer');
    this.unsure = true;
    const answer = await this.ask({ sdp: announceStereo(sdp, this.stereoMids()), sections: this.sections() });
    if (this.closed) return;
    await pc.setRemoteDescription({ type: 'answer', sdp: answer.sdp });
    this.unsure = false;
    this.slotKinds = new Map(answer.slots.map((s) => [s.mid, s.kind]));
    this.events.slots();
  }

  /** A browser that takes no other offer than its own plays what it plays. */
  private async describe(offer: RTCSessionDescriptionInit): Promise<void> {
    const sdp = playStereo(offer.sdp ?? '');
    if (sdp !== offer.sdp && sdp !== '') {
      try {
        return await this.pc.setLocalDescription({ type: offer.type, sdp });
      } catch {
        // Its own offer, then.
      }
    }
    return this.pc.setLocalDescription(offer);
  }

  private stereoMids(): string[] {
    return this.sections().flatMap(({ mid, source }) => (this.stereo.has(source) ? [mid] : []));
  }

  private sections(): Section[] {
    return [...this.sending].flatMap(([source, t]) => (t.mid === null ? [] : [{ mid: t.mid, source }]));
  }

  /** The server answers one offer at a time; after a resume it may still be busy with the one before. */
  private async ask(o: Offer): Promise<Answer> {
    for (let n = 1; ; n++) {
      try {
        return await this.deps.offer(o);
      } catch (thrown) {
        const { code, retryAfter } = asFailure(thrown);
        if ((code !== 'offer_busy' && code !== 'rate_limited') || n >= BUSY_TRIES || this.closed) throw thrown;
        const ms = (retryAfter ?? 0) * 1000 || BUSY_MS;
        await new Promise<void>((resolve) => this.deps.clock.after(ms, () => resolve()));
      }
    }
  }

  /** ICE can restart, DTLS cannot: failed with ICE connected means that the other side forgot us. */
  private connectionChanged(): void {
    const ice = this.pc.iceConnectionState;
    if (this.pc.connectionState === 'failed' && (ice === 'connected' || ice === 'completed')) this.events.broken();
  }
}
