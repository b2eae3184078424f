// A random text that this browser keeps, so that an admission, a ban or a token holds for it. It says nothing else of it.

import { remember, remembered } from '../ui/storage';

const LENGTH = 32;
let inMemory: string | null = null;

/** The text; where nothing can be stored it lasts as long as the page. */
export function deviceId(): string {
  const kept = remembered('device') ?? inMemory;
  if (kept && kept.length === LENGTH) return kept;
  const bytes = crypto.getRandomValues(new Uint8Array(LENGTH / 2));
  inMemory = [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
  remember('device', inMemory);
  return inMemory;
}
