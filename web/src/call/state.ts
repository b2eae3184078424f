// What the server has told about the room, as one value, and how each message changes it. Pure.

import type {
  ChatLine,
  Participant,
  Publication,
  Room,
  ServerEnvelope,
  SlotFill,
  Source,
  Stats,
  Waiting,
} from '../protocol/messages.gen';
import { freshOrder, NO_ORDER, order, type Order } from './order';

/** Everything that messages can change. Values are never changed in place. */
export interface RoomState {
  /** the newest numbered event that is contained */
  readonly seq: number;
  readonly self: string | null;
  readonly room: Room | null;
  /** order of arrival, self included */
  readonly participants: readonly Participant[];
  /** oldest first, at most MAX_CHAT_LINES */
  readonly chat: readonly ChatLine[];
  /** loudest first */
  readonly speakers: readonly string[];
  readonly fills: readonly SlotFill[];
  readonly stats: Stats | null;
  readonly order: Order;
  /** in the lobby; then nothing else is known */
  readonly waiting: Waiting | null;
}

/** Chat lines that are kept; older ones are forgotten here, as the server forgets them. */
export const MAX_CHAT_LINES = 2000;

/** Before any message. */
export const EMPTY: RoomState = {
  seq: 0,
  self: null,
  room: null,
  participants: [],
  chat: [],
  speakers: [],
  fills: [],
  stats: null,
  order: NO_ORDER,
  waiting: null,
};

/** The state after a message. An event whose number is not new changes nothing: it was doubled or came late. */
export function reduce(s: RoomState, e: ServerEnvelope): RoomState {
  if (e.type === 'joined') return joined(s, e);
  if (e.type === 'waiting') return { ...EMPTY, waiting: e.data };
  if (!e.seq) return apply(s, e);
  return e.seq <= s.seq ? s : { ...apply(s, e), seq: e.seq };
}

function joined(s: RoomState, { data: j }: Extract<ServerEnvelope, { type: 'joined' }>): RoomState {
  // Slots and speakers are told again after every join; until then old slots may show a stranger's picture.
  const now = { self: j.self, room: j.room, speakers: [], stats: null, order: freshOrder(s.order, j.resumed), waiting: null };
  if (j.replayed) return { ...s, ...now, fills: s.fills };
  return { ...now, seq: j.seq, participants: j.participants, chat: j.chat.slice(-MAX_CHAT_LINES), fills: j.resumed ? s.fills : [] };
}

function apply(s: RoomState, e: ServerEnvelope): RoomState {
  switch (e.type) {
    case 'slots':
      return { ...s, fills: e.data.slots };
    case 'speakers':
      return { ...s, speakers: e.data.participants };
    case 'stats':
      return { ...s, stats: e.data };
    case 'chat':
      return { ...s, chat: withLine(s.chat, e.data) };
    case 'chat_deleted':
      return { ...s, chat: e.data.line ? s.chat.filter((l) => l.id !== e.data.line) : [] };
    case 'room_changed':
      return { ...s, room: e.data.room };
    case 'participant_joined':
      return { ...s, participants: withParticipant(s.participants, e.data.participant) };
    case 'participant_changed':
      return change(s, e.data.id, (p) => ({ ...p, name: e.data.name, role: e.data.role, state: e.data.state }));
    case 'participant_left':
      return without(s, e.data.id);
    case 'publication_changed':
      return change(s, e.data.participant, (p) => ({ ...p, publications: withPublication(p.publications, e.data.publication) }));
    case 'publication_ended':
      return ended(s, e.data.participant, e.data.source);
    default: {
      const next = order(s.order, e);
      return next === s.order ? s : { ...s, order: next };
    }
  }
}

function change(s: RoomState, id: string, fn: (p: Participant) => Participant): RoomState {
  if (!s.participants.some((p) => p.id === id)) return s;
  return { ...s, participants: s.participants.map((p) => (p.id === id ? fn(p) : p)) };
}

function withParticipant(all: readonly Participant[], who: Participant): readonly Participant[] {
  return all.some((p) => p.id === who.id) ? all.map((p) => (p.id === who.id ? who : p)) : [...all, who];
}

function withPublication(all: readonly Publication[], one: Publication): Publication[] {
  return all.some((p) => p.source === one.source) ? all.map((p) => (p.source === one.source ? one : p)) : [...all, one];
}

/** Whoever left frees their slots and falls silent at once; the server says the same a moment later. */
function without(s: RoomState, id: string): RoomState {
  return {
    ...s,
    participants: s.participants.filter((p) => p.id !== id),
    speakers: s.speakers.filter((p) => p !== id),
    fills: s.fills.filter((f) => f.participant !== id),
  };
}

function ended(s: RoomState, id: string, source: Source): RoomState {
  const next = change(s, id, (p) => ({ ...p, publications: p.publications.filter((x) => x.source !== source) }));
  return { ...next, fills: next.fills.filter((f) => f.participant !== id || f.source !== source) };
}

/** Lines are numbered in the room: one that is known already is not shown twice. */
function withLine(chat: readonly ChatLine[], line: ChatLine): readonly ChatLine[] {
  const last = chat[chat.length - 1];
  return last && line.id <= last.id ? chat : [...chat.slice(1 - MAX_CHAT_LINES), line];
}
