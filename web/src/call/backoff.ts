// How long to wait before the next attempt to reach the server.

const FIRST_MS = 300;
const LONGEST_MS = 5000;
/** Each wait is drawn from this part of itself up to its full length, so that a room does not come back in one burst. */
const JITTER = 0.4;

/** Milliseconds before attempt n (0, 1, 2 ...): 0.3, 0.6, 1.2 .. 5 s, less up to 40 %. random gives 0 to 1. */
export function backoff(attempt: number, random: () => number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(Math.max(attempt, 0), 10));
  return full * (1 - JITTER * random());
}

/** The same where the server said how long to wait (seconds): never earlier, and spread over the next second. */
export function backoffAtLeast(attempt: number, retryAfter: number, random: () => number): number {
  const own = backoff(attempt, random);
  return retryAfter > 0 ? Math.max(own, retryAfter * 1000 + 1000 * random()) : own;
}
