// Whose turn it is, from where one stands. Pure.

import { placeIn } from '../../call/order';
import type { Floor, Person } from '../../call/types';

/** own: talk now. wait: one holds the key behind others. other: somebody else talks. free: nobody does. */
export type Turn = { state: 'own' } | { state: 'wait'; talker: string | null; before: number } | { state: 'other'; talker: string | null; waiting: number } | { state: 'free' };

/** The turn for the participant self. A talker who may not be seen has no name. */
export function turnOf(floor: Floor, people: readonly Pick<Person, 'id' | 'name'>[], self: string | null): Turn {
  if (floor.talker && floor.talker === self) return { state: 'own' };
  const talker = people.find((person) => person.id === floor.talker)?.name ?? null;
  const place = placeIn(floor.queue, self);
  if (place > 0) return { state: 'wait', talker, before: place };
  return floor.talker ? { state: 'other', talker, waiting: floor.queue.length } : { state: 'free' };
}

/** The longest turn, in milliseconds: what clocks that differ are bounded by. */
const LONGEST = 20_000;

/** How long a turn lasts from now, in milliseconds; the clocks of server and browser may differ. */
export function lasts(until: number | undefined, now: number): number {
  return until === undefined ? 0 : Math.min(LONGEST, Math.max(0, until - now));
}
