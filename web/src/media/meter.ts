// Measures how loud the microphone is, also while it is muted for the room.

import { signal, type ReadonlySignal } from '@preact/signals';

const INTERVAL_MS = 60; // smooth to the eye, cheap for a phone
const SAMPLES = 1024; // 21 ms at 48 kHz
/** dBFS: what counts as silence and as full. A calm voice lies about -30. */
const SILENCE_DB = -60;
const FULL_DB = -10;
/** The needle falls slower than it rises. */
const FALL = 0.75;

/** 0 to 1 for samples between -1 and 1. Pure. */
export function loudness(samples: Float32Array): number {
  if (samples.length === 0) return 0;
  let sum = 0;
  for (const s of samples) sum += s * s;
  const db = 10 * Math.log10(sum / samples.length + 1e-12);
  return Math.min(1, Math.max(0, (db - SILENCE_DB) / (FULL_DB - SILENCE_DB)));
}

/** The level meter. It listens to a clone, so that disabling the sent track does not blind it. */
export class Meter {
  private readonly out = signal(0);
  private context: AudioContext | null = null;
  private source: MediaStreamAudioSourceNode | null = null;
  private clone: MediaStreamTrack | null = null;
  private timer: ReturnType<typeof setInterval> | null = null;

  /** 0 to 1. */
  get level(): ReadonlySignal<number> {
    return this.out;
  }

  /** Listens to this track from now on; null: to none. */
  listen(track: MediaStreamTrack | null): void {
    this.unplug();
    if (!track || typeof AudioContext === 'undefined') return;
    const context = (this.context ??= new AudioContext());
    void context.resume().catch(() => undefined); // refused before a gesture; wake tries again
    this.clone = track.clone();
    this.clone.enabled = true;
    this.source = context.createMediaStreamSource(new MediaStream([this.clone]));
    const analyser = context.createAnalyser();
    analyser.fftSize = SAMPLES;
    this.source.connect(analyser);
    const samples = new Float32Array(SAMPLES);
    this.timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const level = Math.max(loudness(samples), this.out.value * FALL);
      this.out.value = level < 0.01 ? 0 : Math.round(level * 100) / 100;
    }, INTERVAL_MS);
  }

  /** Continues after the browser suspended sound; call it in a gesture. */
  wake(): void {
    if (this.context?.state === 'suspended') void this.context.resume().catch(() => undefined);
  }

  /** Closes everything. */
  close(): void {
    this.unplug();
    void this.context?.close().catch(() => undefined);
    this.context = null;
  }

  private unplug(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    this.source?.disconnect();
    this.source = null;
    this.clone?.stop();
    this.clone = null;
    this.out.value = 0;
  }
}
