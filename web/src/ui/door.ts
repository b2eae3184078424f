// What the address brings to the door beside the room: a token or an invitation, and how to begin. Addresses made for
// Jitsi work as they are: /Room?jwt=...#config.startWithAudioMuted=true&userInfo.displayName="x".

import type { Key } from '../call/types';

export interface Door {
  key: Key;
  /** proposed by the address or named by the token; null: nothing is said */
  name: string | null;
  /** the token names the person: it cannot be changed here */
  named: boolean;
  muted: boolean;
  cameraOff: boolean;
  /** the code with which a login at the provider failed; null: none did */
  login: string | null;
  /** the address without secrets and wishes, to be shown in their place */
  clean: string;
}

/** Reads an address: path, query with '?', fragment with '#'. Pure. */
export function readDoor(path: string, search: string, hash: string): Door {
  const query = new URLSearchParams(search);
  const token = query.get('jwt') || query.get('token') || undefined;
  const invite = query.get('invite') || undefined;
  const wishes = new URLSearchParams(hash.replace(/^#/, ''));
  for (const name of ['jwt', 'token', 'invite']) query.delete(name);
  const rest = [...query].length > 0 ? `?${query.toString().replace(/=(&|$)/g, '$1')}` : '';
  const named = token ? nameIn(token) : null;
  return {
    key: { ...(token && { token }), ...(invite && { invite }) },
    name: named ?? text(wishes.get('userInfo.displayName')),
    named: named !== null,
    muted: yes(wishes.get('config.startWithAudioMuted')) || yes(wishes.get('config.startSilent')),
    cameraOff: yes(wishes.get('config.startWithVideoMuted')) || yes(wishes.get('config.startAudioOnly')),
    login: wishes.get('login'),
    clean: path + rest,
  };
}

/** Jitsi writes the values of a fragment as JSON; people also write them plain. */
function text(value: string | null): string | null {
  if (!value) return null;
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'string' || typeof parsed === 'number' ? clipped(String(parsed)) : null;
  } catch {
    return clipped(value);
  }
}

function yes(value: string | null): boolean {
  return value === 'true' || value === '"true"' || value === '1';
}

/** The name in a token, to greet with. The server reads it for itself: nothing here is believed. */
function nameIn(token: string): string | null {
  try {
    const base64 = (token.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/');
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes)) as { name?: unknown; context?: { user?: { name?: unknown } } };
    const name = claims.context?.user?.name ?? claims.name;
    return typeof name === 'string' && name.trim() !== '' ? clipped(name) : null;
  } catch {
    return null;
  }
}

function clipped(name: string): string {
  return [...name.trim()].slice(0, 64).join(''); // protocol.MaxNameLength
}

/** Reads the address of this page, hides what is secret in it, and keeps it for a reload of this tab. */
export function openDoor(room: string): Door {
  const door = readDoor(location.pathname, location.search, location.hash);
  if (location.pathname + location.search + location.hash !== door.clean) history.replaceState(history.state, '', door.clean);
  const kept = `salon.door.${room}`;
  try {
    if (door.key.token || door.key.invite || door.name) sessionStorage.setItem(kept, JSON.stringify({ key: door.key, name: door.name, named: door.named }));
    else return { ...door, ...(JSON.parse(sessionStorage.getItem(kept) ?? '{}') as Partial<Door>) };
  } catch {
    // Nothing can be stored: a reload needs the link again.
  }
  return door;
}
