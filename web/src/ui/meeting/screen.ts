// What is open and chosen on this screen. The call knows nothing of it.

import { signal, type Signal } from '@preact/signals';
import type { Mode } from '../../layout/types';
import { remember, remembered } from '../storage';

export type Panel = 'chat' | 'people';
export type Dialog = 'help' | 'settings' | 'rules';

export interface Screen {
  panel: Signal<Panel | null>;
  dialog: Signal<Dialog | null>;
  mode: Signal<Mode>;
  /** the key of the item that is pinned large */
  pinned: Signal<string | null>;
  page: Signal<number>;
  hideSelf: Signal<boolean>;
  /** single-letter shortcuts (WCAG 2.1.4) */
  letters: Signal<boolean>;
  /** the microphone is open only while Space is held */
  held: Signal<boolean>;
  /** the id of the newest chat line that was seen */
  read: Signal<number>;
  draft: Signal<string>;
  /** whom the next chat line is for; null: everybody */
  to: Signal<{ id: string; name: string } | null>;
  /** the participant whose menu is open in the list */
  acting: Signal<string | null>;
  /** the error of the call that was dismissed */
  dismissed: Signal<unknown>;
}

export const modes: readonly Mode[] = ['auto', 'grid', 'speaker'];

export function createScreen(): Screen {
  const mode = modes.find((known) => known === remembered('layout')) ?? 'auto';
  return {
    panel: signal<Panel | null>(null),
    dialog: signal<Dialog | null>(null),
    mode: signal(mode),
    pinned: signal<string | null>(null),
    page: signal(0),
    hideSelf: signal(remembered('hide-self') === '1'),
    letters: signal(remembered('letters') !== '0'),
    held: signal(false),
    read: signal(0),
    draft: signal(''),
    to: signal<{ id: string; name: string } | null>(null),
    acting: signal<string | null>(null),
    dismissed: signal<unknown>(null),
  };
}

export function chooseMode(screen: Screen, mode: Mode): void {
  screen.mode.value = mode;
  screen.pinned.value = null;
  screen.page.value = 0;
  remember('layout', mode);
}

export function nextMode(mode: Mode): Mode {
  return modes[(modes.indexOf(mode) + 1) % modes.length]!;
}

export function setHideSelf(screen: Screen, on: boolean): void {
  screen.hideSelf.value = on;
  remember('hide-self', on ? '1' : null);
}

export function setLetters(screen: Screen, on: boolean): void {
  screen.letters.value = on;
  remember('letters', on ? null : '0');
}

export function togglePanel(screen: Screen, panel: Panel): void {
  screen.panel.value = screen.panel.value === panel ? null : panel;
}
