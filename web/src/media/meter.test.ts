import { describe, expect, it } from 'vitest';
import { loudness } from './meter';

const tone = (amplitude: number): Float32Array => Float32Array.from({ length: 1024 }, (_, i) => amplitude * Math.sin(i));

describe('loudness', () => {
  it.each([
    ['nothing', new Float32Array(0), 0],
    ['silence', tone(0), 0],
    ['noise of the room', tone(0.001), 0],
    ['full', tone(1), 1],
  ])('of %s', (_, samples, want) => expect(loudness(samples)).toBe(want));

  it('grows with the voice and stays between', () => {
    const levels = [0.002, 0.01, 0.05, 0.2].map((a) => loudness(tone(a)));
    expect(levels).toEqual([...levels].sort((a, b) => a - b));
    for (const l of levels) expect(l).toBeGreaterThan(0);
    expect(levels[2]).toBeCloseTo(0.62, 1);
  });
});
