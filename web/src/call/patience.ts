// How long pictures and sound are held back so that repairs come in time: what gets lost is sent again a round trip later, and a
// browser drops a picture that is late when the next one needs it not. Only where packets get lost, since everybody waits for it.

import type { LinkStats } from './types';

/** Loss from which on waiting is worth it. */
const LOSS = 0.01;
/** How long after the last loss it goes on: coming and going would be heard and seen. */
const KEEP_MS = 20_000;
/** What a repair takes beside the round trip: until the loss is noticed, and a share of those that get lost themselves. */
const EXTRA_MS = 100;
/** Changes of the delay are seen: a round trip that wanders a little is none. */
const STEP_MS = 50;
/** More would make a conversation hard. */
const MOST_MS = 400;

/** Decides, from what happens on the link, what receivers should wait at least. */
export class Patience {
  private until = -Infinity;
  private waits: number | null = null;

  /** The delay in ms that receivers should have at least; null leaves it to the browser. at is in ms. */
  after(link: LinkStats, at: number): number | null {
    if (link.rttMs !== null && link.downLoss >= LOSS) {
      const needed = Math.min(MOST_MS, Math.ceil((link.rttMs + EXTRA_MS) / STEP_MS) * STEP_MS);
      this.waits = Math.max(this.waits ?? 0, needed);
      this.until = at + KEEP_MS;
    }
    if (at >= this.until) this.waits = null;
    return this.waits;
  }
}

/** Tells the receivers; pictures and voices alike, so that lips stay with their voice. Browsers that know no such wish do as they think best. */
export function wait(receivers: RTCRtpReceiver[], ms: number | null): void {
  for (const r of receivers) {
    if ('jitterBufferTarget' in r && r.jitterBufferTarget !== ms) r.jitterBufferTarget = ms;
  }
}
