// What the browser remembers between visits. Private windows may refuse; then nothing is remembered and nothing breaks.

const prefix = 'salon.';

export function remembered(key: string): string | null {
  try {
    return localStorage.getItem(prefix + key);
  } catch {
    return null;
  }
}

/** Stores the value; null or '' forgets it. */
export function remember(key: string, value: string | null): void {
  try {
    if (value) localStorage.setItem(prefix + key, value);
    else localStorage.removeItem(prefix + key);
  } catch {
    // Storage is full or forbidden: the visit goes on without it.
  }
}
