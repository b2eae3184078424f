// What changed in the room, as something to say aloud. Several arrivals become one sentence.

import type { Person } from '../call/types';

export interface News {
  joined: string[];
  left: string[];
  sharing: string[];
  stopped: string[];
}

/** Compares two lists of people; oneself is no news. */
export function newsOf(before: readonly Person[], after: readonly Person[]): News {
  const old = new Map(before.map((person) => [person.id, person]));
  const now = new Set(after.map((person) => person.id));
  const others = after.filter((person) => !person.self);
  return {
    joined: others.filter((person) => !old.has(person.id)).map((person) => person.name),
    left: before.filter((person) => !person.self && !now.has(person.id)).map((person) => person.name),
    sharing: others.filter((person) => person.screenOn && !old.get(person.id)?.screenOn).map((person) => person.name),
    stopped: others.filter((person) => !person.screenOn && old.get(person.id)?.screenOn).map((person) => person.name),
  };
}

/** Two pieces of news as one; somebody who came and went again is no news. */
export function merge(a: News, b: News): News {
  const flicker = a.joined.filter((name) => b.left.includes(name));
  const returned = a.left.filter((name) => b.joined.includes(name));
  const without = (names: string[], gone: string[]): string[] => names.filter((name) => !gone.includes(name));
  return {
    joined: without([...a.joined, ...b.joined], [...flicker, ...returned]),
    left: without([...a.left, ...b.left], [...flicker, ...returned]),
    sharing: without([...a.sharing, ...b.sharing], b.stopped),
    stopped: without([...a.stopped, ...b.stopped], b.sharing),
  };
}

export const noNews: News = { joined: [], left: [], sharing: [], stopped: [] };

/** Beyond this many names a number says it better. */
export const namesAtMost = 3;
