// Fills texts in. Pure, so that the tests can go through every text of every language.

import type { Catalogue, Entry, Key } from './types';

export type Values = Record<string, string | number>;

const rules = new Map<string, Intl.PluralRules>();

function pluralRules(language: string): Intl.PluralRules {
  let found = rules.get(language);
  if (!found) rules.set(language, (found = new Intl.PluralRules(language)));
  return found;
}

/** The text for the key. Numbers are written the way of the language; an unknown {name} stays visible. */
export function format(catalogue: Catalogue, language: string, key: Key, values: Values = {}): string {
  const entry: Entry = catalogue[key];
  const text = typeof entry === 'string' ? entry : (entry[pluralRules(language).select(Number(values['count'] ?? 0))] ?? entry.other);
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? new Intl.NumberFormat(language).format(value) : value;
  });
}
