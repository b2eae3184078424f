// The list of videos for the UI: objects keep their identity while they live.

import type { ReadonlySignal } from '@preact/signals';
import type { VideoEntry } from './people';
import type { Video } from './types';

/** The videos of these entries; objects and, where nothing changed, the list itself are taken over from before. */
export function nextVideos(
  before: Video[],
  entries: readonly VideoEntry[],
  streamOf: (e: VideoEntry) => ReadonlySignal<MediaStream | null>,
): Video[] {
  const old = new Map(before.map((v) => [v.key, v]));
  const next = entries.map((e) => {
    const was = old.get(e.key);
    return was && was.name === e.name && was.self === e.self ? was : { ...e, stream: streamOf(e) };
  });
  const same = next.length === before.length && next.every((v, i) => v === before[i]);
  return same ? before : next;
}
