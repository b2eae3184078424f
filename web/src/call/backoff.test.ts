import { describe, expect, it } from 'vitest';
import { backoff, backoffAtLeast } from './backoff';

describe('backoff', () => {
  it.each([
    [-1, 300], [0, 300], [1, 600], [2, 1200], [3, 2400], [4, 4800], [5, 5000], [50, 5000], [2000, 5000],
  ])('attempt %i waits at most %i ms', (attempt, ms) => {
    expect(backoff(attempt, () => 0)).toBe(ms);
    expect(backoff(attempt, () => 1)).toBeCloseTo(ms * 0.6);
  });

  it('never comes earlier than the server asked', () => {
    for (const r of [0, 0.5, 1]) expect(backoffAtLeast(0, 3, () => r)).toBeGreaterThanOrEqual(3000);
    expect(backoffAtLeast(0, 3, () => 1)).toBeLessThanOrEqual(4000);
    expect(backoffAtLeast(1, 0, () => 0)).toBe(600);
  });
});
