// Names of rooms: from what people type or paste, proposals, and the rooms that this browser visited.

import { language } from '../i18n';
import { remember, remembered } from './storage';

const longest = 64; // protocol.MaxRoomNameLength

/** The first words of addresses that belong to the server. */
const reserved = new Set(['api', 'assets', 'debug', 'healthz', 'index.html', 'metrics', 'readyz', 'static', 'whep', 'whip', 'ws', '.', '..']);

/** The server answers these endings as files (web/handler.go). */
const fileLike = /\.(css|ico|js|json|map|mjs|php|png|svg|txt|wasm|webmanifest|woff2|xml)$/;

export type Typed =
  | { kind: 'room'; name: string; /** what a link brings along: query and fragment */ rest: string }
  | { kind: 'elsewhere'; url: string }
  | { kind: 'empty' }
  | { kind: 'reserved'; name: string }
  | { kind: 'invalid'; suggestion: string };

/** Understands a room name or a link. origin is this server's, as in location.origin. */
export function understand(text: string, origin: string): Typed {
  const trimmed = text.trim();
  if (trimmed === '') return { kind: 'empty' };
  const host = new URL(origin).host;
  const link = /^https?:\/\//i.test(trimmed) ? trimmed : trimmed.startsWith(`${host}/`) ? `${new URL(origin).protocol}//${trimmed}` : null;
  if (link) {
    if (!URL.canParse(link)) return { kind: 'invalid', suggestion: proposal() };
    const url = new URL(link);
    if (url.host !== host) return { kind: 'elsewhere', url: url.href };
    return understandName(roomOf(url.pathname) ?? '', url.search + url.hash);
  }
  return understandName(trimmed);
}

function understandName(text: string, rest = ''): Typed {
  if (text === '') return { kind: 'empty' };
  const name = simplify(text);
  if (reserved.has(name) || fileLike.test(name)) return { kind: 'reserved', name };
  if (name === '' || [...name].length > longest) return { kind: 'invalid', suggestion: shorten(name) || proposal() };
  return { kind: 'room', name, rest };
}

/** Spaces become hyphens, everything else that a name cannot hold is dropped. "Salle 3 !" is salle-3. */
export function simplify(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .trim()
    .replace(/[\s/\\]+/gu, '-')
    .replace(/[^\p{L}\p{M}\p{Nd}_.-]+/gu, '')
    .replace(/^\p{M}+/u, '')
    .replace(/-{2,}/g, '-')
    .replace(/^-+|-+$/g, '');
}

function shorten(name: string): string {
  return [...name].slice(0, longest).join('').replace(/-+$/, '');
}

/** The room in an address's path, or null: "/cuisine" is cuisine. */
export function roomOf(path: string): string | null {
  const raw = path.split('/')[1] ?? '';
  if (raw === '' || raw === 'dev.html') return null;
  try {
    return decodeURIComponent(raw).normalize('NFKC');
  } catch {
    return raw;
  }
}

export function pathOf(room: string): string {
  return `/${encodeURIComponent(room)}`;
}

const words = {
  fr: {
    first: 'jardin salon balcon moulin verger ruisseau sapin tilleul phare hamac piano violon chemin marché panier tapis'.split(' '),
    second: 'calme bleu vert doux clair joyeux discret tranquille gourmand curieux solide vivant paisible libre rapide ancien'.split(' '),
  },
  en: {
    first: 'calm blue green gentle bright happy quiet curious sunny lively peaceful free swift old warm golden'.split(' '),
    second: 'garden parlour balcony mill orchard brook pine linden beacon hammock piano violin path market basket lamp'.split(' '),
  },
};

/** A readable name that nobody else is likely to have: "jardin-calme-k7fm". */
export function proposal(): string {
  const { first, second } = words[language()];
  const dice = crypto.getRandomValues(new Uint32Array(6));
  const letters = 'abcdefghjkmnpqrstvwxyz23456789';
  const tail = [...dice.slice(2)].map((n) => letters[n % letters.length]).join('');
  return `${first[dice[0]! % first.length]}-${second[dice[1]! % second.length]}-${tail}`.normalize('NFC');
}

const kept = 6;

/** The rooms visited here, newest first. */
export function recentRooms(): string[] {
  try {
    const value: unknown = JSON.parse(remembered('recent') ?? '[]');
    return Array.isArray(value) ? value.filter((name) => typeof name === 'string').slice(0, kept) : [];
  } catch {
    return [];
  }
}

export function visitRoom(name: string): void {
  remember('recent', JSON.stringify([name, ...recentRooms().filter((other) => other !== name)].slice(0, kept)));
}

export function forgetRoom(name: string): void {
  remember('recent', JSON.stringify(recentRooms().filter((other) => other !== name)));
}
