// Plays the voices: one <audio> for each audio slot, for as long as the slot exists.

import { signal, type ReadonlySignal } from '@preact/signals';

/** Plays remote sound. The elements hang in the document, because some browsers stop sound that does not. */
export class Playback {
  private readonly elements = new Map<string, HTMLAudioElement>();
  private readonly refused = signal(false);
  private sink: string | null = null;

  /** True while the browser refuses to play without a gesture. */
  get blocked(): ReadonlySignal<boolean> {
    return this.refused;
  }

  /** Takes all audio slots, by mid. Elements of slots that stay go on undisturbed. */
  set(slots: ReadonlyMap<string, MediaStreamTrack>): void {
    for (const mid of [...this.elements.keys()]) if (!slots.has(mid)) this.remove(mid);
    for (const [mid, track] of slots) {
      const old = this.elements.get(mid)?.srcObject;
      if (old instanceof MediaStream && old.getTracks()[0] === track) continue;
      this.remove(mid);
      this.add(mid, track);
    }
  }

  /** Plays on this output from now on; null: the system's. Browsers without the feature keep the system's. */
  setSink(id: string | null): void {
    this.sink = id;
    for (const el of this.elements.values()) void this.route(el);
  }

  /** Removes everything. */
  close(): void {
    for (const mid of [...this.elements.keys()]) this.remove(mid);
    this.unblock();
  }

  private add(mid: string, track: MediaStreamTrack): void {
    const el = document.createElement('audio');
    el.autoplay = true;
    el.srcObject = new MediaStream([track]);
    this.elements.set(mid, el);
    document.body.append(el);
    if (this.sink) void this.route(el);
    void this.play(el);
  }

  private remove(mid: string): void {
    const el = this.elements.get(mid);
    if (!el) return;
    this.elements.delete(mid);
    el.srcObject = null;
    el.remove();
  }

  private async play(el: HTMLAudioElement): Promise<void> {
    try {
      await el.play();
    } catch (thrown) {
      // AbortError: the element was replaced meanwhile. Only a refusal waits for a gesture.
      if ((thrown as { name?: string })?.name === 'NotAllowedError' && el.srcObject) this.block();
    }
  }

  private async route(el: HTMLAudioElement): Promise<void> {
    const e = el as HTMLAudioElement & { setSinkId?: (id: string) => Promise<void> };
    try {
      await e.setSinkId?.(this.sink ?? '');
    } catch {
      if (this.sink) await e.setSinkId?.('').catch(() => undefined); // unplugged: better on the wrong box than silent
    }
  }

  private block(): void {
    if (this.refused.value) return;
    this.refused.value = true;
    for (const type of GESTURES) document.addEventListener(type, this.resume, { capture: true });
  }

  private unblock(): void {
    this.refused.value = false;
    for (const type of GESTURES) document.removeEventListener(type, this.resume, { capture: true });
  }

  /** Plays all in the gesture; whatever is still refused blocks again. */
  private readonly resume = (): void => {
    this.unblock();
    for (const el of this.elements.values()) void this.play(el);
  };
}

/** Events that browsers count as a gesture. */
const GESTURES = ['pointerup', 'keydown', 'click'] as const;
