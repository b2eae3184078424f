// Microphone, camera and loudspeaker of this person, before and during the call.

import { batch, computed, effect, signal, untracked } from '@preact/signals';
import type { Devices } from '../call/types';
import { CONSTRAINTS, Input } from './input';
import { recall, remember } from './memory';
import { Meter } from './meter';

type Kinds = { mic: boolean; camera: boolean };

/** The devices; one object for the life of the page. */
export function createDevices(): Devices {
  return new BrowserDevices();
}

class BrowserDevices implements Devices {
  readonly microphones = signal<MediaDeviceInfo[]>([]);
  readonly cameras = signal<MediaDeviceInfo[]>([]);
  readonly speakersOut = signal<MediaDeviceInfo[]>([]);
  readonly speaker = signal<string | null>(recall('speaker'));
  readonly music = signal(recall('music') === 'on');
  readonly wantMic = signal(true);
  readonly wantCamera = signal(true);

  // A muted track must be silent from its first sample, whoever sends it.
  private readonly mic = new Input('microphone', (t) => (t.enabled = this.wantMic.value));
  private readonly cam = new Input('camera');
  private readonly meter = new Meter();

  readonly microphone = this.mic.chosen;
  readonly camera = this.cam.chosen;
  readonly micTrack = this.mic.track;
  readonly cameraTrack = this.cam.track;
  readonly micProblem = this.mic.problem;
  readonly cameraProblem = this.cam.problem;
  readonly level = this.meter.level;
  readonly preview = computed(() => (this.cam.track.value ? new MediaStream([this.cam.track.value]) : null));

  /** grows with release: what was asked before it comes to nothing */
  private era = 0;
  /** One question at a time: a second click while the browser asks must not ask again. */
  private asking: Promise<void> = Promise.resolve();

  constructor() {
    void this.mic.ask(this.micConstraints());
    effect(() => {
      const track = this.mic.track.value;
      untracked(() => this.meter.listen(track));
    });
    if (!media()) this.insecure({ mic: true, camera: true }); // said at once: no click can change it
    void this.refresh();
    media()?.addEventListener('devicechange', () => void this.devicesChanged());
    // Without passive listeners for these the meter would stay dead where sound needs a gesture first.
    for (const type of ['pointerdown', 'keydown']) document.addEventListener(type, () => this.meter.wake(), { capture: true, passive: true });
    document.addEventListener('visibilitychange', () => this.cameBack());
  }

  request(kinds: Kinds): Promise<void> {
    if (kinds.camera) this.wantCamera.value = true;
    const era = this.era;
    const ask = (): Promise<void> | void => (era === this.era ? this.ask(kinds) : undefined);
    // A surprise must not stop every later question.
    return (this.asking = this.asking.then(ask).catch((thrown: unknown) => console.warn('devices:', thrown)));
  }

  private async ask(kinds: Kinds): Promise<void> {
    if (!media()) return this.insecure(kinds);
    const mic = kinds.mic && !this.mic.track.value;
    const camera = kinds.camera && !this.cam.track.value;
    if (!(mic && camera && (await this.openBoth()))) {
      // One after the other, so that a missing camera does not cost the microphone.
      if (mic) await this.mic.open();
      if (camera && this.wantCamera.value) await this.cam.open();
    }
    await this.refresh();
  }

  setWantMic(on: boolean): void {
    this.wantMic.value = on;
    const track = this.mic.track.value;
    if (track) track.enabled = on;
    else if (on) void this.request({ mic: true, camera: false });
  }

  setWantCamera(on: boolean): void {
    batch(() => {
      this.wantCamera.value = on;
      if (!on) this.cam.close();
    });
    if (on) void this.request({ mic: false, camera: true });
  }

  async chooseMicrophone(id: string): Promise<void> {
    await this.mic.choose(id);
    await this.refresh();
  }

  async chooseCamera(id: string): Promise<void> {
    await this.cam.choose(id);
    await this.refresh();
  }

  async chooseSpeaker(id: string): Promise<void> {
    this.speaker.value = id || null;
    remember('speaker', id);
  }

  async setMusic(on: boolean): Promise<void> {
    this.music.value = on;
    remember('music', on ? 'on' : 'off');
    await this.mic.ask(this.micConstraints());
  }

  private micConstraints(): MediaTrackConstraints {
    return this.music.value ? CONSTRAINTS.music : CONSTRAINTS.microphone;
  }

  release(): void {
    this.era++;
    batch(() => {
      this.mic.close();
      this.cam.close();
    });
    this.meter.close();
  }

  /** One question of the browser for both; false: ask for each by itself. */
  private async openBoth(): Promise<boolean> {
    const era = this.era;
    try {
      const constraints = { audio: this.mic.constraints(), video: this.cam.constraints() };
      const stream = await navigator.mediaDevices.getUserMedia(constraints);
      const [audio, video] = [stream.getAudioTracks()[0], stream.getVideoTracks()[0]];
      batch(() => {
        if (audio && era === this.era) this.mic.adopt(audio);
        else audio?.stop();
        if (video && era === this.era && this.wantCamera.value) this.cam.adopt(video);
        else video?.stop(); // turned off while the browser was asking
      });
      return true;
    } catch (thrown) {
      if (era !== this.era) return true;
      // Whoever said no once must not be asked twice more.
      if ((thrown as { name?: string })?.name !== 'NotAllowedError') return false;
      await this.refusedBoth(thrown);
      return true;
    }
  }

  /** A no to both may be about one of them: the one that is granted already opens without a question. */
  private async refusedBoth(thrown: unknown): Promise<void> {
    await Promise.all([this.mic.failedOrOpen(thrown), this.cam.failedOrOpen(thrown)]);
  }

  private insecure(kinds: Kinds): void {
    if (kinds.mic) this.mic.problem.value = 'insecure';
    if (kinds.camera) this.cam.problem.value = 'insecure';
  }

  private async devicesChanged(): Promise<void> {
    await this.refresh();
    this.mic.devicesChanged();
    this.cam.devicesChanged();
  }

  /** A phone takes the devices away in the background, and a call leaves them live but dead: open them again. */
  private cameBack(): void {
    if (document.visibilityState !== 'visible') return;
    this.meter.wake();
    for (const input of [this.mic, this.cam]) input.revive();
  }

  private async refresh(): Promise<void> {
    const all = (await media()?.enumerateDevices?.().catch(() => [])) ?? [];
    // Before a permission the browser lists devices without names: nothing that one could choose.
    const of = (kind: MediaDeviceKind): MediaDeviceInfo[] => all.filter((d) => d.kind === kind && d.deviceId !== '');
    batch(() => {
      this.microphones.value = of('audioinput');
      this.cameras.value = of('videoinput');
      this.speakersOut.value = of('audiooutput');
    });
  }
}

/** Undefined on pages that are not secure, whatever the types say. */
function media(): MediaDevices | undefined {
  return navigator.mediaDevices as MediaDevices | undefined;
}
