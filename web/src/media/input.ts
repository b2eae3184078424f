// One kind of input: opens the device, keeps its choice, says what is wrong with it, and heals by itself.

import { batch, signal, type Signal } from '@preact/signals';
import type { DeviceProblem } from '../call/types';
import { recall, remember } from './memory';
import { deviceIsGone, isPermissionProblem, permissionOf, problemOf } from './problems';

/** What is asked of a camera or a microphone besides the device. */
export const CONSTRAINTS = {
  microphone: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  /** Nothing that is made for voices: it would take music for noise. */
  music: { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: { ideal: 2 } },
  camera: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } },
} satisfies Record<string, MediaTrackConstraints>;

/** The microphone or the camera. All fields are the UI thread's. */
export class Input {
  readonly chosen: Signal<string | null>;
  readonly track: Signal<MediaStreamTrack | null> = signal(null);
  readonly problem: Signal<DeviceProblem | null> = signal(null);
  /** the device should be open */
  private wanted = false;
  /** grows with every open and close, so that a late getUserMedia knows that nobody waits for it any more */
  private turn = 0;
  private opening: Promise<void> | null = null;
  private listening = false;
  private asked: MediaTrackConstraints;

  /** prepare sees every new track before anybody else does. */
  constructor(readonly kind: 'microphone' | 'camera', private readonly prepare: (t: MediaStreamTrack) => void = () => undefined) {
    this.chosen = signal(recall(kind));
    this.asked = CONSTRAINTS[kind];
  }

  /** The constraints for this kind, with the chosen device where there is one. */
  constraints(withChoice = true): MediaTrackConstraints {
    const id = withChoice ? this.chosen.value : null;
    return id ? { ...this.asked, deviceId: { exact: id } } : { ...this.asked };
  }

  /** Opens the device unless it is open; what goes wrong lands in problem. */
  open(): Promise<void> {
    this.wanted = true;
    if (this.opening) return this.opening;
    return this.track.value ? Promise.resolve() : this.begin();
  }

  /** Takes a track that was opened together with the other kind. */
  adopt(track: MediaStreamTrack): void {
    this.wanted = true;
    this.turn++;
    this.put(track);
  }

  /** Closes the device: its light goes out now. */
  close(): void {
    this.wanted = false;
    this.turn++;
    this.stop();
    this.opening = null;
  }

  /** Chooses a device, remembers it, and changes to it when open. */
  async choose(id: string): Promise<void> {
    this.chosen.value = id || null;
    remember(this.kind, id);
    if (this.wanted) await this.reopen();
  }

  /** Asks something else of the device from now on, and at once when it is open. */
  async ask(constraints: MediaTrackConstraints): Promise<void> {
    this.asked = constraints;
    if (this.wanted) await this.reopen();
  }

  /** Opens the device anew. Firefox and phones open no second camera, so the old one is closed first. */
  reopen(): Promise<void> {
    this.wanted = true;
    // The stopped track stays in its signal until the new one comes: for the room the camera goes on.
    if (this.kind === 'camera') this.track.value?.stop();
    return this.begin();
  }

  /** Devices came or went: what is missing may be there now. */
  devicesChanged(): void {
    const p = this.problem.value;
    if (this.wanted && !this.track.value && (p === 'missing' || p === 'unplugged')) void this.open();
  }

  /** Opens the device again when the system silenced or ended it without telling. */
  revive(): void {
    const track = this.track.value;
    if (this.wanted && track && !this.opening && (track.muted || track.readyState === 'ended')) void this.reopen();
  }

  /** A question for both kinds was answered with no: opens this kind if it is allowed, else takes note. */
  async failedOrOpen(thrown: unknown): Promise<void> {
    const permission = await permissionOf(this.kind);
    await (permission?.state === 'granted' ? this.open() : this.failed(thrown));
  }

  /** Takes note of a failure of a request that was not made here. */
  async failed(thrown: unknown): Promise<void> {
    this.wanted = true;
    const turn = this.turn;
    const permission = await permissionOf(this.kind);
    if (turn !== this.turn) return;
    this.problem.value = problemOf(thrown, permission?.state ?? null);
    this.listen(permission);
  }

  private begin(): Promise<void> {
    const run: Promise<void> = this.start().finally(() => {
      if (this.opening === run) this.opening = null;
    });
    return (this.opening = run);
  }

  private async start(): Promise<void> {
    const turn = ++this.turn;
    try {
      const track = await this.get();
      if (turn !== this.turn) track.stop();
      else this.put(track);
    } catch (thrown) {
      if (turn !== this.turn) return;
      this.stop();
      await this.failed(thrown);
    }
  }

  /** Without the chosen device when it is not there: any device is better than none. */
  private async get(): Promise<MediaStreamTrack> {
    const ask = async (c: MediaTrackConstraints | true): Promise<MediaStreamTrack> => {
      const stream = await navigator.mediaDevices.getUserMedia(this.kind === 'camera' ? { video: c } : { audio: c });
      return stream.getTracks()[0]!;
    };
    try {
      return await ask(this.constraints());
    } catch (thrown) {
      if (!deviceIsGone(thrown)) throw thrown;
      return ask(this.chosen.value ? this.constraints(false) : true);
    }
  }

  private put(track: MediaStreamTrack): void {
    this.prepare(track);
    const id = track.getSettings().deviceId;
    batch(() => {
      this.stop();
      this.problem.value = null;
      this.track.value = track;
      if (id) this.chosen.value = id; // shown, not remembered: a fallback is no choice
    });
    track.onended = () => {
      // Unplugged, or taken away by the system. stop() never comes here.
      if (this.track.value !== track) return;
      if (this.wanted) void this.reopen(); // falls back to another device; the track stays until then
      else this.stop();
    };
  }

  private stop(): void {
    const track = this.track.value;
    if (!track) return;
    track.onended = null;
    track.stop();
    this.track.value = null;
  }

  /** Retries by itself when the person changes the permission. */
  private listen(permission: PermissionStatus | null): void {
    if (!permission || this.listening) return;
    this.listening = true;
    permission.onchange = () => {
      const blocked = this.wanted && isPermissionProblem(this.problem.value);
      if (permission.state === 'granted' && blocked) void this.open();
    };
  }
}
