// The language of the page: the browser's, or the one that was chosen here before. Catalogues are loaded one at a time.

import { signal } from '@preact/signals';
import { remember, remembered } from '../ui/storage';
import { format, type Values } from './format';
import type { Catalogue, Key } from './types';

export type { Key } from './types';

/** Adding a language: one file, and one line here. */
const loaders = {
  fr: () => import('./fr'),
  en: () => import('./en'),
} satisfies Record<string, () => Promise<{ default: Catalogue }>>;

export type Language = keyof typeof loaders;
export const languages = Object.keys(loaders) as Language[];

const current = signal<{ language: Language; catalogue: Catalogue } | null>(null);

/** The first language of the list that we have, else English. */
export function pickLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const base = tag.toLowerCase().split('-')[0];
    const found = languages.find((language) => language === base);
    if (found) return found;
  }
  return 'en';
}

/** Loads the texts; must have resolved once before anything is drawn. */
export async function startLanguage(): Promise<void> {
  await setLanguage(pickLanguage([remembered('language') ?? '', ...navigator.languages]), false);
}

export async function setLanguage(language: Language, keep = true): Promise<void> {
  const { default: catalogue } = await loaders[language]();
  current.value = { language, catalogue };
  document.documentElement.lang = language;
  if (keep) remember('language', language);
}

/** The language in use. */
export function language(): Language {
  return current.value?.language ?? 'en';
}

/** The text for a key, in the language in use; components that call it are drawn again when the language changes. */
export function t(key: Key, values?: Values): string {
  const now = current.value;
  return now ? format(now.catalogue, now.language, key, values) : '';
}

/** "Ada, Léa and Tom" */
export function list(names: readonly string[]): string {
  return new Intl.ListFormat(language(), { type: 'conjunction' }).format(names);
}

/** "14:05" */
export function clock(at: number): string {
  return new Intl.DateTimeFormat(language(), { hour: '2-digit', minute: '2-digit' }).format(at);
}

/** "12 May 2027, 14:05" */
export function moment(at: number): string {
  return new Intl.DateTimeFormat(language(), { dateStyle: 'medium', timeStyle: 'short' }).format(at);
}

/** "2.5 Mbit/s", from bit/s */
export function bitrate(value: number): string {
  const mega = value / 1e6;
  return `${new Intl.NumberFormat(language(), { maximumFractionDigits: mega < 10 ? 1 : 0 }).format(mega)} Mbit/s`;
}

/** "8 %", from 0 to 1 */
export function percent(value: number): string {
  return new Intl.NumberFormat(language(), { style: 'percent', maximumFractionDigits: 1 }).format(value);
}
