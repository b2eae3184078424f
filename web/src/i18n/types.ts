// The shape of a catalogue of texts.

/** Chosen by {count} with the rules of the language; 'many' and others may be added by languages that have them. */
export type Plural = { one: string; other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;
export type Entry = string | Plural;

type French = (typeof import('./fr'))['default'];

export type Key = keyof French;
/** The same in another language: text where French has text and plurals where it has plurals. */
export type In<F> = { readonly [K in keyof F]: F[K] extends string ? string : Plural };
/** A language: the keys of French. */
export type Catalogue = In<French>;
