// Frames to and from the server: JSON in, typed messages out.

import {
  SERVER_MESSAGE_TYPES,
  type ClientMessages,
  type Participant,
  type ServerEnvelope,
  type ServerMessages,
} from './messages.gen';

/** The replies that say more than 'ok'. */
interface Answers {
  join: 'joined' | 'waiting';
  offer: 'answer';
  leave: 'bye';
  ping: 'pong';
  get_bans: 'bans';
  get_settings: 'settings';
  configure: 'settings';
  get_invitations: 'invitations';
  invite: 'invitation';
}

/** The reply that carries out each request; any of them may be an error instead. */
export type Replies = { [T in keyof ClientMessages]: T extends keyof Answers ? Answers[T] : 'ok' };

/** What a request of type T resolves to. */
export type Reply<T extends keyof ClientMessages> = ServerMessages[Replies[T]];

/** The frame of a request; id 0 asks for no reply. */
export function encode<T extends keyof ClientMessages>(type: T, data: ClientMessages[T], id: number): string {
  return JSON.stringify(id > 0 ? { type, id, data } : { type, data });
}

/**
 * The message in a frame, or null for what this client does not know: a newer server may say more than we understand,
 * and an old tab must live on. Go writes an empty list as null; here it becomes a list again, for every reader.
 */
export function decode(frame: string): ServerEnvelope | null {
  let raw: unknown;
  try {
    raw = JSON.parse(frame);
  } catch {
    return null;
  }
  if (!isObject(raw) || !isServerType(raw['type'])) return null;
  const data = raw['data'] ?? {};
  if (!isObject(data)) return null;
  const envelope = { ...raw, data: { ...data } } as unknown as ServerEnvelope;
  fillLists(envelope);
  return envelope;
}

function fillLists(e: ServerEnvelope): void {
  switch (e.type) {
    case 'joined':
      e.data.participants = (e.data.participants ?? []).map(withPublications);
      e.data.chat ??= [];
      e.data.ice_servers ??= [];
      break;
    case 'participant_joined':
      e.data.participant = withPublications(e.data.participant);
      break;
    case 'answer':
    case 'slots':
      e.data.slots ??= [];
      break;
    case 'waiting':
      e.data.lines ??= [];
      break;
    case 'rights':
      e.data.rights ??= [];
      break;
    case 'hands':
      e.data.hands ??= [];
      break;
    case 'floor':
      e.data.queue ??= [];
      break;
    case 'lobby':
      e.data.waiting = (e.data.waiting ?? []).map((k) => ({ ...k, lines: k.lines ?? [] }));
      break;
    case 'requests':
      e.data.requests ??= [];
      break;
    case 'settings':
      e.data.settings ??= [];
      break;
    case 'bans':
      e.data.bans ??= [];
      break;
    case 'invitations':
      e.data.invitations ??= [];
      break;
    case 'speakers':
      e.data.participants ??= [];
      break;
    case 'stats':
      e.data.up ??= [];
      e.data.down ??= [];
      break;
  }
}

function withPublications(p: Participant): Participant {
  return { ...p, publications: p.publications ?? [] };
}

function isObject(v: unknown): v is Record<string, unknown> {
  return typeof v === 'object' && v !== null && !Array.isArray(v);
}

function isServerType(v: unknown): v is keyof ServerMessages {
  return (SERVER_MESSAGE_TYPES as readonly unknown[]).includes(v);
}
