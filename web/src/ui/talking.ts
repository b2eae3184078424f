// Notices that somebody talks while muted, from the microphone level.

/** Levels above this are speech rather than a fan; 0 to 1. */
const loud = 0.14;
/** How much of the last second must be loud, in milliseconds. */
const enough = 350;
const memory = 1000;
/** How long the hint stays, and how long it then keeps quiet, in milliseconds. */
export const hintFor = 5000;
const quietFor = 15000;

export interface Talking {
  /** when the hint was last raised; -Infinity for never */
  raised: number;
  /** when the last level was seen, and how much of the last second was loud */
  seen: number;
  loudFor: number;
}

export const silent: Talking = { raised: -Infinity, seen: -Infinity, loudFor: 0 };

/** The next state after one level. Unmuting starts over. */
export function hear(state: Talking, level: number, muted: boolean, now: number): Talking {
  if (!muted) return { ...silent, raised: state.raised, seen: now };
  // Levels come many times a second; a longer pause says nothing about what was in it.
  const elapsed = state.seen === -Infinity ? 0 : Math.min(Math.max(0, now - state.seen), 100);
  const loudFor = level >= loud ? state.loudFor + elapsed : Math.max(0, state.loudFor - elapsed * (enough / memory));
  if (loudFor < enough || now - state.raised < hintFor + quietFor) return { ...state, seen: now, loudFor: Math.min(loudFor, enough) };
  return { raised: now, seen: now, loudFor: 0 };
}

export function hinting(state: Talking, now: number): boolean {
  return now - state.raised < hintFor;
}
