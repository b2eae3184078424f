// What the UI shows of the room's state. Pure.

import type { Participant, SlotState, Source } from '../protocol/messages.gen';
import { NO_ORDER, placeIn, type Order } from './order';
import type { RoomState } from './state';
import type { ChatLine, Person } from './types';

/** What this client itself knows best about its own participant: faster and truer than the echo from the server. */
export interface Own {
  micOn: boolean;
  cameraOn: boolean;
  screenOn: boolean;
}

/** A video that may be shown. */
export interface VideoEntry {
  key: string;
  participant: string;
  source: 'camera' | 'screen';
  name: string;
  self: boolean;
}

/** Everybody, in order of arrival. */
export function people(s: Pick<RoomState, 'participants' | 'speakers' | 'self'>, own: Own, turns: Pick<Order, 'hands' | 'floor'> = NO_ORDER): Person[] {
  const hands = turns.hands.map((h) => h.participant);
  return s.participants.map((p) => {
    const self = p.id === s.self;
    return {
      id: p.id,
      name: p.name,
      self,
      state: p.state,
      watcher: p.watcher ?? false,
      micMuted: self ? !own.micOn : !on(p, 'microphone'),
      cameraOn: self ? own.cameraOn : on(p, 'camera'),
      screenOn: self ? own.screenOn : on(p, 'screen'),
      speaking: s.speakers.includes(p.id),
      role: p.role,
      hand: placeIn(hands, p.id),
      talker: turns.floor.talker === p.id,
    };
  });
}

/** Every video there is to see: by order of arrival, a person's screen after their camera. */
export function videoEntries(all: readonly Person[]): VideoEntry[] {
  return all.flatMap((p) => {
    const entry = (source: 'camera' | 'screen'): VideoEntry => ({
      key: videoKey(p.id, source),
      participant: p.id,
      source,
      name: p.name,
      self: p.self,
    });
    return [...(p.cameraOn ? [entry('camera')] : []), ...(p.screenOn ? [entry('screen')] : [])];
  });
}

/** The videos of which nothing is sent, and why. */
export function missing(fills: RoomState['fills']): ReadonlyMap<string, SlotState> {
  return new Map(fills.flatMap((f) => (f.state ? [[videoKey(f.participant, f.source), f.state] as const] : [])));
}

/** The key of a video. */
export function videoKey(participant: string, source: Source): string {
  return `${participant}/${source}`;
}

/** The participant and source of a key, or null for what is no key. */
export function parseKey(key: string): { participant: string; source: 'camera' | 'screen' } | null {
  const at = key.lastIndexOf('/');
  const source = key.slice(at + 1);
  if (at <= 0 || (source !== 'camera' && source !== 'screen')) return null;
  return { participant: key.slice(0, at), source };
}

/** The chat as the UI shows it. */
export function chatLines(chat: RoomState['chat'], self: string | null): ChatLine[] {
  return chat.map((l) => ({ ...l, self: l.participant === self }));
}

function on(p: Participant, source: Source): boolean {
  return p.publications.some((x) => x.source === source && !x.muted);
}
