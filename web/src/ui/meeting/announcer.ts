// Says things to screen readers: politely one after the other, or at once for what must not be missed.

import { signal, type ReadonlySignal } from '@preact/signals';

/** Sentences that come this close together are said together, in milliseconds. */
const together = 400;

export interface Announcer {
  readonly polite: ReadonlySignal<string>;
  readonly urgent: ReadonlySignal<string>;
  say(text: string): void;
  /** interrupts: only for what concerns oneself, such as "microphone muted" */
  interrupt(text: string): void;
}

export function createAnnouncer(): Announcer {
  const polite = signal('');
  const urgent = signal('');
  let waiting: string[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  const flush = (): void => {
    timer = undefined;
    polite.value = differ(polite.peek(), waiting.join('. '));
    waiting = [];
  };

  return {
    polite,
    urgent,
    say(text) {
      waiting.push(text);
      timer ??= setTimeout(flush, together);
    },
    interrupt(text) {
      urgent.value = differ(urgent.peek(), text);
    },
  };
}

/** A repeated sentence is only read again when the region changes: a no-break space at the end makes it another. */
function differ(before: string, text: string): string {
  return before === text ? `${text}\u00a0` : text;
}
