// The call: one object that the UI talks to. It wires the session, the room's state, media and devices together.

import { batch, computed, effect, signal, untracked } from '@preact/signals';
import { canShare } from '../media/screen';
import { ScreenShare } from '../media/share';
import type { Reply } from '../protocol/envelope';
import { MAX_CHAT_LENGTH, type ClientMessages, type Joined, type ServerEnvelope, type Source } from '../protocol/messages.gen';
import { systemClock } from './clock';
import { asFailure, CallFailure } from './failure';
import { deviceId } from './device';
import { CallMedia } from './media';
import { begin, obey, turnOff, type Switches } from './obey';
import { mayOffer } from './order';
import { onNetworkChange, onPageGone, openSocket } from './page';
import { videoKey, type VideoEntry } from './people';
import { RoomSignals } from './room';
import { Session } from './session';
import { NO_LINK, upLossOf } from './stats';
import type { Call, CallError, Devices, Key, LinkStats, Phase, TileSize, Verb, Video } from './types';
import { ViewSender } from './view';

/** A call that uses these devices. It may be joined, left and joined again. */
export function createCall(devices: Devices): Call {
  const call = new BrowserCall(devices);
  (window as { __salon?: unknown }).__salon = { call, devices, pc: () => call.pc };
  return call;
}

class BrowserCall implements Call {
  readonly phase = signal<Phase>('idle');
  readonly endReason = signal<string | null>(null);
  readonly error = signal<CallError | null>(null);
  readonly link = signal<LinkStats>(NO_LINK);

  readonly micOn = computed(() => this.devices.wantMic.value && this.devices.micTrack.value !== null);
  readonly cameraOn = computed(() => this.devices.wantCamera.value && this.devices.cameraTrack.value !== null);
  readonly screenOn = computed(() => this.share.video.value !== null);

  private readonly share = new ScreenShare();
  private readonly media = this.createMedia();
  private readonly view = this.createView();
  private readonly state: RoomSignals;
  private session: Session | null = null;
  /** settles the promise of join */
  private joining: { resolve(): void; reject(f: CallFailure): void } | null = null;

  readonly soundBlocked = this.media.soundBlocked;
  readonly room: Call['room'];
  readonly self: Call['self'];
  readonly people: Call['people'];
  readonly videos: Call['videos'];
  readonly missing: Call['missing'];
  readonly chat: Call['chat'];
  readonly speakers: Call['speakers'];
  readonly waiting: Call['waiting'];
  readonly order: Call['order'];
  private readonly switches: Switches;

  constructor(private readonly devices: Devices) {
    this.state = new RoomSignals({
      own: computed(() => ({ micOn: this.micOn.value, cameraOn: this.cameraOn.value, screenOn: this.screenOn.value })),
      streamOf: (e) => this.streamOf(e),
      listed: (keys) => this.media.keepOnly(keys),
    });
    ({ room: this.room, self: this.self, people: this.people, videos: this.videos, missing: this.missing, chat: this.chat, speakers: this.speakers, waiting: this.waiting, order: this.order } = this.state);
    this.switches = {
      setWantMic: (on) => devices.setWantMic(on),
      setWantCamera: (on) => devices.setWantCamera(on),
      stopScreen: () => this.share.stop(),
    };
    effect(() => this.dropForbidden());
    effect(() => this.sendDevices());
    effect(() => this.sendScreen());
    effect(() => this.share.favour(this.room.value?.screen_hint ?? 'detail'));
    effect(() => this.media.setMusic(devices.music.value));
    effect(() => this.media.setSink(devices.speaker.value));
    onNetworkChange(() => {
      this.retryNow();
      this.media.networkChanged();
    });
    onPageGone(() => this.session?.leaveNow());
  }

  get pc(): RTCPeerConnection | null {
    return this.media.pc;
  }

  async join(room: string, name: string, key: Key = {}): Promise<void> {
    if (this.phase.value !== 'idle' && this.phase.value !== 'ended') throw new CallFailure('already_joined');
    if (typeof RTCPeerConnection === 'undefined') throw this.fail(new CallFailure('no_webrtc'));
    batch(() => {
      this.phase.value = 'joining';
      this.endReason.value = this.error.value = null;
      this.state.reset();
    });
    const session: Session = this.createSession();
    this.session = session;
    const done = new Promise<void>((resolve, reject) => (this.joining = { resolve, reject }));
    session.join(room, name, { ...key, device: deviceId() });
    await done;
  }

  setTiles(tiles: TileSize[]): void {
    const self = this.self.value;
    const remote = new Set(tiles.map((t) => t.key).filter((k) => !self || !k.startsWith(`${self}/`)));
    this.media.needVideoSlots(remote.size);
    this.view.set(tiles);
  }

  async setMicrophone(on: boolean): Promise<void> {
    this.devices.setWantMic(on);
    if (on) await this.devices.request({ mic: true, camera: false });
  }

  async setCamera(on: boolean): Promise<void> {
    this.devices.setWantCamera(on);
    if (on) await this.devices.request({ mic: false, camera: true });
  }

  async startScreen(): Promise<void> {
    if (this.screenOn.value) return;
    try {
      if (!canShare()) throw new CallFailure('share_unsupported');
      await this.share.start();
    } catch (thrown) {
      this.fail(asFailure(thrown));
    }
  }

  async stopScreen(): Promise<void> {
    this.share.stop();
  }

  async say(text: string, to?: string): Promise<void> {
    const line = text.trim();
    if (line === '') throw new CallFailure('chat_empty');
    if ([...line].length > MAX_CHAT_LENGTH) throw new CallFailure('chat_too_long');
    if (!this.session) throw new CallFailure('not_joined');
    await this.session.request('say', { text: line, ...(to && { to }) });
  }

  request<T extends Verb>(type: T, data: ClientMessages[T]): Promise<Reply<T>> {
    return this.send(type, data);
  }

  async act(type: Verb, data: ClientMessages[Verb]): Promise<boolean> {
    try {
      await this.send(type, data);
      return true;
    } catch (thrown) {
      this.fail(asFailure(thrown));
      return false;
    }
  }

  dismissNotice(id: number): void {
    this.state.dismissNotice(id);
  }

  retryNow(): void {
    this.session?.retryNow();
  }

  async leave(): Promise<void> {
    if (this.session) await this.session.leave();
  }

  private createSession(): Session {
    const mine = <A extends unknown[]>(fn: (...a: A) => void) => (...a: A): void => {
      if (this.session === session) fn(...a);
    };
    const session: Session = new Session(
      { connect: openSocket, clock: systemClock, random: Math.random },
      {
        entered: mine((j: Joined, fresh: boolean) => void this.entered(session, j, fresh)),
        waiting: mine(() => this.waits()),
        message: mine((e: ServerEnvelope) => this.receive(e)),
        lost: mine(() => this.lost()),
        ended: mine((reason: string, f: CallFailure | null) => this.ended(reason, f)),
      },
    );
    return session;
  }

  private createMedia(): CallMedia {
    return new CallMedia(
      {
        clock: systemClock,
        offer: (o) => this.send('offer', o),
        publish: (type, data) => this.send(type, data),
        upLoss: () => upLossOf(this.state.now.stats),
        fills: () => this.state.now.fills,
      },
      {
        link: (l) => (this.link.value = l),
        trouble: (on) => this.trouble(on),
        broken: () => this.session?.renew(),
        failed: (source, failure) => this.notSent(source, failure),
      },
    );
  }

  private createView(): ViewSender {
    return new ViewSender({
      clock: systemClock,
      self: () => this.state.now.self,
      pixelRatio: () => window.devicePixelRatio || 1,
      send: (v) => this.send('view', v),
    });
  }

  private readonly send: Session['request'] = (type, data) =>
    this.session ? this.session.request(type, data) : Promise.reject(new CallFailure('not_joined'));

  /** In the room, but not live before media is set up. */
  private async entered(session: Session, j: Joined, fresh: boolean): Promise<void> {
    if (fresh && (this.phase.peek() === 'joining' || this.phase.peek() === 'waiting')) begin(this.switches, j.start);
    try {
      if (fresh) await this.media.begin(j.ice_servers);
      // The server may know half of a first offer that was never answered: only a new participant is clean.
      else if (!this.media.resume()) return session.renew();
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (this.session !== session || failure.code === 'socket_failed') return; // the session comes back by itself
      if (this.joining) return this.giveUp(failure);
      this.fail(failure);
      session.renew();
      return;
    }
    if (this.session !== session || !session.live) return;
    this.view.start();
    batch(() => {
      this.phase.value = 'live';
      if (this.error.value?.code !== 'ice_failed') this.error.value = null;
    });
    this.joining?.resolve();
    this.joining = null;
  }

  private receive(e: ServerEnvelope): void {
    this.state.receive(e);
    if (e.type === 'notice') {
      obey(this.switches, e.data);
      if (e.data.what === 'stopped' && e.data.source) this.media.stopped(e.data.source);
    }
    if (e.type === 'encodings') this.media.limit(e.data.source, e.data.max, e.data.codec);
    if (e.type === 'slots' || e.type === 'participant_left' || e.type === 'publication_ended') this.media.fill(this.state.now.fills);
  }

  /** In the lobby, from outside or from the room: no media before admission. */
  private waits(): void {
    this.view.stop();
    this.share.stop();
    this.media.end();
    batch(() => {
      this.phase.value = 'waiting';
      this.error.value = null;
      this.link.value = NO_LINK;
    });
    this.joining?.resolve();
    this.joining = null;
  }

  /** The room does not take a source, or the browser does not give it: its switch says so, and the error why. */
  private notSent(source: Source, failure: CallFailure): void {
    const wanted = source !== 'microphone' || this.devices.wantMic.peek();
    turnOff(this.switches, source);
    if (wanted) this.fail(failure);
  }

  private lost(): void {
    this.media.pause();
    this.view.stop();
    if (this.phase.value === 'live') this.phase.value = 'reconnecting';
  }

  private trouble(on: boolean): void {
    if (on) this.fail(new CallFailure('ice_failed', 'media does not get through'));
    else if (this.error.value?.code === 'ice_failed') this.error.value = null;
  }

  /** The server takes us in but cannot talk media with us: nothing would be better than half a call. */
  private giveUp(failure: CallFailure): void {
    this.session?.leaveNow();
    this.ended(failure.code, failure);
  }

  /** Over for good: everything is closed, the devices too. */
  private ended(reason: string, failure: CallFailure | null): void {
    this.session = null;
    this.view.stop();
    this.share.stop();
    this.media.end();
    this.devices.release();
    batch(() => {
      this.phase.value = 'ended';
      this.endReason.value = reason;
      this.link.value = NO_LINK;
      if (failure) this.fail(failure);
    });
    this.joining?.reject(failure ?? new CallFailure(reason));
    this.joining = null;
  }

  private fail(f: CallFailure): CallFailure {
    const { code, retryAfter, reason, said } = f;
    this.error.value = { code, ...(retryAfter !== undefined && { retryAfter }), ...(reason && { reason }), ...(said && { said }) };
    return f;
  }

  /** What may not be sent is not recorded either: its device is off until the person turns it on again. */
  private dropForbidden(): void {
    const rights = this.order.rights.value;
    for (const source of ['microphone', 'camera'] as const) {
      if (!mayOffer(rights, source)) untracked(() => turnOff(this.switches, source));
    }
  }

  private sendDevices(): void {
    const { micTrack, cameraTrack, wantMic, wantCamera } = this.devices;
    const rights = this.order.rights.value;
    const muted = !wantMic.value;
    void this.media.send('microphone', { track: mayOffer(rights, 'microphone') ? micTrack.value : null, muted });
    void this.media.send('camera', { track: wantCamera.value && mayOffer(rights, 'camera') ? cameraTrack.value : null, muted: false });
  }

  private sendScreen(): void {
    void this.media.send('screen', { track: this.share.video.value, muted: false });
    const sound = mayOffer(this.order.rights.value, 'screen_audio');
    void this.media.send('screen_audio', { track: sound ? this.share.audio.value : null, muted: false });
  }

  private streamOf(e: VideoEntry): Video['stream'] {
    if (!e.self) return this.media.stream(videoKey(e.participant, e.source));
    return e.source === 'camera' ? this.devices.preview : this.share.preview;
  }
}
