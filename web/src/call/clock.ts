// Time, passed in, so that tests own it.

/** Timers in milliseconds. */
export interface Clock {
  now(): number;
  /** runs fn once after ms; the returned function takes it back and may be called at any time */
  after(ms: number, fn: () => void): () => void;
}

/** The browser's clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, fn) {
    const timer = setTimeout(fn, ms);
    return () => clearTimeout(timer);
  },
};
