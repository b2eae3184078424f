// Material for the layout tests: people, and a random number generator that repeats itself.

import type { Item, Rect } from './types';

export function camera(participant: string, self = false): Item {
  return { key: `${participant}/camera`, participant, source: 'camera', self };
}

export function screen(participant: string, self = false): Item {
  return { key: `${participant}/screen`, participant, source: 'screen', self };
}

/** count cameras p0, p1 ...; p0 is oneself. */
export function people(count: number): Item[] {
  return Array.from({ length: count }, (_, i) => camera(`p${i}`, i === 0));
}

export function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** Numbers from 0 to 1 (mulberry32), the same for the same seed. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
