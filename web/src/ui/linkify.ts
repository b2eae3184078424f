// Finds links in plain text. The result is drawn as text nodes and anchors, never as markup.

export interface TextPart {
  text: string;
  /** an http or https address, or absent */
  href?: string;
}

const candidate = /(?:https?:\/\/|www\.)[^\s<>"“”«»`]+/gi;

/** The parts of text, in order; joined they are text again. */
export function linkify(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of text.matchAll(candidate)) {
    const before = text[match.index - 1];
    if (before && /[\p{L}\p{N}_@/.-]/u.test(before)) continue;
    const link = trimTail(match[0]);
    const href = address(link);
    if (!href) continue;
    if (match.index > end) parts.push({ text: text.slice(end, match.index) });
    parts.push({ text: link, href });
    end = match.index + link.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

/** Punctuation at the end belongs to the sentence; a closing bracket does unless it was opened in the link. */
function trimTail(link: string): string {
  for (;;) {
    const last = link.at(-1) ?? '';
    const closes = { ')': '(', ']': '[', '}': '{' }[last];
    if (!/[.,:;!?'’…*_~]/.test(last) && !(closes && count(link, closes) < count(link, last))) return link;
    link = link.slice(0, -1);
  }
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}

/** The address to open, or null when it is none. */
function address(link: string): string | null {
  const full = /^www\./i.test(link) ? `https://${link}` : link;
  if (!URL.canParse(full)) return null;
  const url = new URL(full);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null;
}
