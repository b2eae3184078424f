import { describe, expect, test } from 'vitest';
import en from './en';
import { format } from './format';
import fr from './fr';
import { pickLanguage } from './index';
import type { Catalogue, Entry, Key } from './types';

const catalogues: Record<string, Catalogue> = { fr, en };
const keys = Object.keys(fr) as Key[];

function texts(entry: Entry): string[] {
  return typeof entry === 'string' ? [entry] : Object.values(entry);
}

function names(entry: Entry): string[] {
  return [...new Set(texts(entry).flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!)))].sort();
}

describe.each(Object.entries(catalogues))('%s', (language, catalogue) => {
  test('has every key of French and no other', () => expect(Object.keys(catalogue).sort()).toEqual([...keys].sort()));

  test.each(keys)('%s', (key) => {
    const entry: Entry = catalogue[key];
    expect(typeof entry).toBe(typeof fr[key]);
    expect(names(entry)).toEqual(names(fr[key]));
    for (const text of texts(entry)) {
      expect(text.trim()).toBe(text);
      expect(text).not.toBe('');
      expect(text).not.toMatch(/<|>|TODO|\.\.\.|'/);
    }
    if (typeof entry !== 'string') {
      for (const rule of new Intl.PluralRules(language).resolvedOptions().pluralCategories) {
        if (rule === 'one' || rule === 'other') expect(entry[rule]).toBeTruthy();
      }
    }
  });
});

test('French and English differ', () => {
  const same = keys.filter((key) => JSON.stringify(fr[key]) === JSON.stringify(en[key]));
  expect(same.sort()).toEqual(['link.path.udp', 'link.rtt.value', 'toolbar.shortcut']);
});

test('French sets its spaces: no breaking space before : ? ! ; and inside guillemets', () => {
  const wrong = keys.filter((key) => texts(fr[key]).some((text) => / [:?!;»]|« /.test(text)));
  expect(wrong).toEqual([]);
});

describe('format', () => {
  const rows: [language: 'fr' | 'en', key: Key, values: Record<string, string | number>, want: string][] = [
    ['fr', 'room.people', { count: 0 }, '0 personne'],
    ['fr', 'room.people', { count: 1 }, '1 personne'],
    ['fr', 'room.people', { count: 2 }, '2 personnes'],
    ['en', 'room.people', { count: 0 }, '0 people'],
    ['en', 'room.people', { count: 1 }, '1 person'],
    ['en', 'room.people', { count: 1200 }, '1,200 people'],
    ['fr', 'name.you', { name: 'Léa {count}' }, 'Léa {count} (vous)'],
    ['en', 'name.you', {}, '{name} (you)'],
  ];
  test.each(rows)('%s %s %o', (language, key, values, want) => expect(format(catalogues[language]!, language, key, values)).toBe(want));
});

describe('pickLanguage', () => {
  test.each([
    [['fr-CA', 'en'], 'fr'],
    [['de', 'fr'], 'fr'],
    [['', 'EN-gb'], 'en'],
    [['de'], 'en'],
    [[], 'en'],
  ])('%o', (wanted, got) => expect(pickLanguage(wanted)).toBe(got));
});
