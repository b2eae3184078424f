// Who may do what, whose turn it is, and who waits at the door, as the server told it last. Pure.
//
// Each part is a whole truth. Empty ones are not sent after a join, so everything but the notices begins anew there.

import type { Floor, Hand, Knock, Notice, RightInfo, RightRequest, Right, Role, ServerEnvelope, Source } from '../protocol/messages.gen';

/** A notice, numbered so that it can be put away. */
export interface NumberedNotice extends Notice {
  readonly id: number;
}

/** The order of the room for this participant. Values are never changed in place. */
export interface Order {
  readonly role: Role | null;
  readonly rights: ReadonlyMap<Right, RightInfo>;
  readonly hands: readonly Hand[];
  readonly floor: Floor;
  /** who waits in the lobby, for those who may admit them */
  readonly lobby: readonly Knock[];
  /** who asks for what, for moderators */
  readonly requests: readonly RightRequest[];
  /** what was done to this participant, oldest first, at most MAX_NOTICES */
  readonly notices: readonly NumberedNotice[];
  /** the number of the newest notice, put away or not */
  readonly noticed: number;
}

/** Notices that are kept; an older one is put away unread. */
export const MAX_NOTICES = 4;

/** Before any message. */
export const NO_ORDER: Order = { role: null, rights: new Map(), hands: [], floor: { queue: [] }, lobby: [], requests: [], notices: [], noticed: 0 };

/** The order after a join or a resume: what follows it says what there is. */
export function freshOrder(before: Order, resumed: boolean): Order {
  const { role, rights, notices, noticed } = before;
  return resumed ? { ...NO_ORDER, role, rights, notices, noticed } : NO_ORDER;
}

/** The order after a message; the same value when the message does not concern it. */
export function order(o: Order, e: ServerEnvelope): Order {
  switch (e.type) {
    case 'rights':
      return { ...o, role: e.data.role, rights: new Map(e.data.rights.map((r) => [r.right, r])) };
    case 'hands':
      return { ...o, hands: e.data.hands };
    case 'floor':
      return { ...o, floor: e.data };
    case 'lobby':
      return { ...o, lobby: e.data.waiting };
    case 'requests':
      return { ...o, requests: e.data.requests };
    case 'notice':
      return { ...o, notices: withNotice(o.notices, { ...e.data, id: o.noticed + 1 }), noticed: o.noticed + 1 };
    default:
      return o;
  }
}

/** Without a notice that was read. */
export function putAway(o: Order, id: number): Order {
  return { ...o, notices: o.notices.filter((n) => n.id !== id) };
}

/** The newest of its kind replaces the one before: nobody needs to be told twice. */
function withNotice(all: readonly NumberedNotice[], n: NumberedNotice): readonly NumberedNotice[] {
  const others = all.filter((x) => x.what !== n.what || x.source !== n.source || x.right !== n.right);
  return [...others, n].slice(-MAX_NOTICES);
}

/** The right that a source needs. */
export const RIGHT_OF = { microphone: 'speak', camera: 'video', screen: 'screen', screen_audio: 'screen_audio' } as const satisfies Record<Source, Right>;

/** Whether a source may be published. Who only lacks the floor publishes as well, and is heard when it comes. Unknown rights refuse nothing: the server does. */
export function mayOffer(rights: Order['rights'], source: Source): boolean {
  const r = rights.get(RIGHT_OF[source]);
  return !r || r.allowed || r.reason === 'floor';
}

/** What the control of a right offers: to use it, to ask for it, to wait for the answer, or to read why not. */
export type Access = 'allowed' | 'ask' | 'asked' | 'refused';

/** See Access. */
export function accessOf(rights: Order['rights'], right: Right): Access {
  const r = rights.get(right);
  if (!r || r.allowed || r.reason === 'floor') return 'allowed';
  if (r.requested) return 'asked';
  return r.askable ? 'ask' : 'refused';
}

/** The place of a participant in a queue, from 1; 0 when not in it. */
export function placeIn(queue: readonly string[], id: string | null): number {
  return id === null ? 0 : queue.indexOf(id) + 1;
}
