// How a person looks without a picture.

/** How many hues the styles define (.hue-0 ...). */
export const hues = 10;

/** One or two letters: "Léa Martin" is LM, "zoé" is Z. */
export function initials(name: string): string {
  const words = name.trim().split(/[\s·_-]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const first = words[0];
  if (!first) return '?';
  const last = words.length > 1 ? words.at(-1)! : '';
  return [first, last].map((word) => segment(word.replace(/^[^\p{L}\p{N}]+/u, ''))).join('').toUpperCase();
}

function segment(word: string): string {
  return [...word.normalize('NFC')][0] ?? '';
}

/** A stable hue: the same name has the same colour on every screen and in every call. */
export function hueOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const character of name.normalize('NFC')) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  return (hash >>> 0) % hues;
}
