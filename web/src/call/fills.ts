// Gives every fill of a video slot its own MediaStream.
//
// A slot's receiver track lives as long as the PeerConnection and shows many people over time. A <video> keeps the last
// picture of its MediaStream, so a refilled slot must appear as a new MediaStream, or a tile flashes the former face.

import { signal, type Signal } from '@preact/signals';
import type { SlotFill } from '../protocol/messages.gen';
import { videoKey } from './people';

interface Fill {
  mid: string;
  track: MediaStreamTrack;
}

/** The remote videos that are being received. */
export class Fills {
  private readonly filled = new Map<string, Fill>();
  private readonly streams = new Map<string, Signal<MediaStream | null>>();

  /** newStream makes a MediaStream; a test gives a fake. */
  constructor(private readonly newStream: (track: MediaStreamTrack) => MediaStream = (t) => new MediaStream([t])) {}

  /** The stream of a video, null while it is not received. The signal is the same for the same key until forget. */
  stream(key: string): Signal<MediaStream | null> {
    let s = this.streams.get(key);
    if (!s) this.streams.set(key, (s = signal<MediaStream | null>(null)));
    return s;
  }

  /** Takes the whole truth about the slots. What is filled as before keeps its MediaStream. */
  apply(fills: readonly SlotFill[], trackOf: (mid: string) => MediaStreamTrack | null): void {
    const seen = new Set<string>();
    for (const f of fills) {
      if (f.source !== 'camera' && f.source !== 'screen') continue;
      const track = trackOf(f.mid);
      if (!track) continue; // a slot that the answer has not named yet: the next Slots will tell again
      const key = videoKey(f.participant, f.source);
      seen.add(key);
      const old = this.filled.get(key);
      if (old && old.mid === f.mid && old.track === track) continue;
      this.filled.set(key, { mid: f.mid, track });
      this.stream(key).value = this.newStream(track);
    }
    for (const key of [...this.filled.keys()]) if (!seen.has(key)) this.clear(key);
  }

  /** Drops the signals of videos that are gone. */
  keepOnly(keys: ReadonlySet<string>): void {
    for (const key of [...this.streams.keys()]) {
      if (keys.has(key) || this.filled.has(key)) continue;
      this.streams.delete(key);
    }
  }

  /** Forgets everything: the PeerConnection is gone. */
  reset(): void {
    for (const key of [...this.filled.keys()]) this.clear(key);
  }

  private clear(key: string): void {
    this.filled.delete(key);
    const s = this.streams.get(key);
    if (s) s.value = null;
  }
}
