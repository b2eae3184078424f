// Frames to and from the server: JSON in, typed messages out.

import {
  SERVER_MESSAGE_TYPES,
  type ClientMessages,
  type Participant,
  type ServerEnvelope,
  type ServerMessages,
} from './messages.gen';

/** The reply that carries out each request; any of them may be an error instead. */
export interface Replies {
  join: 'joined';
  offer: 'answer';
  publish: 'ok';
  mute: 'ok';
  unpublish: 'ok';
  view: 'ok';
  say: 'ok';
  leave: 'bye';
  ping: 'pong';
}

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
