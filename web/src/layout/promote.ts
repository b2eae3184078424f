// Who is large in speaker view. Slow on purpose: a cough must not move the picture.

/** How long somebody must be the loudest before they become large, in milliseconds. */
export const promoteAfter = 2500;

export interface Floor {
  /** the participant who is large */
  shown: string | null;
  candidate: string | null;
  /** when the candidate became the loudest, in milliseconds */
  since: number;
}

export const emptyFloor: Floor = { shown: null, candidate: null, since: 0 };

/** The next floor. loudest and present exclude oneself: nobody needs to see their own face large. */
export function promote(floor: Floor, loudest: string | null, present: readonly string[], now: number): Floor {
  const shown = floor.shown !== null && present.includes(floor.shown) ? floor.shown : null;
  if (loudest === null || !present.includes(loudest) || loudest === shown) {
    return shown === floor.shown && floor.candidate === null ? floor : { shown, candidate: null, since: 0 };
  }
  if (shown === null) return { shown: loudest, candidate: null, since: 0 };
  if (loudest !== floor.candidate) return { shown, candidate: loudest, since: now };
  if (now - floor.since < promoteAfter) return shown === floor.shown ? floor : { ...floor, shown };
  return { shown: loudest, candidate: null, since: 0 };
}
