// Small choices that outlive the page. Storage may be forbidden or full; then a choice lasts as long as the page.

const PREFIX = 'salon.';

/** The remembered value, or null. */
export function recall(key: string): string | null {
  try {
    return localStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}

/** Remembers a value. */
export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + key, value);
  } catch {
    // Not remembered: see above.
  }
}
