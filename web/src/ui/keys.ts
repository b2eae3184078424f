// Which key does what. Pure: letters are matched by the character, so that AZERTY and Dvorak work; where the layout has
// no Latin letters, by the position of the key.

export type Action = 'mic' | 'talk' | 'camera' | 'share' | 'hand' | 'chat' | 'people' | 'layout' | 'help' | 'close' | 'region' | 'region-back';

export interface Pressed {
  key: string;
  code: string;
  ctrl: boolean;
  alt: boolean;
  shift: boolean;
  meta: boolean;
  /** held down long enough to repeat */
  repeat: boolean;
}

export interface Where {
  /** the focus is in a field where people write */
  typing: boolean;
  /** the focus is on a control for which Space already means something */
  control: boolean;
  /** the switch for single keys (WCAG 2.1.4) */
  letters: boolean;
}

const letters: Record<string, Action> = { m: 'mic', v: 'camera', d: 'share', r: 'hand', c: 'chat', p: 'people', w: 'layout' };

/** What the key does here, or null. */
export function actionOf(pressed: Pressed, where: Where): Action | null {
  const { key, ctrl, alt, shift, meta, repeat } = pressed;
  if (key === 'F6' && !ctrl && !alt && !meta) return shift ? 'region-back' : 'region';
  if (key === 'Escape') return 'close';
  if (repeat || alt || meta) return null;
  if (ctrl) return shift ? null : aliasOf(letterOf(pressed));
  if (where.typing || !where.letters) return null;
  if (key === '?') return 'help';
  if (pressed.code === 'Space') return where.control || shift ? null : 'talk';
  return shift ? null : (letters[letterOf(pressed)] ?? null);
}

/** Ctrl+D and Ctrl+E are what other products taught; they also work while writing. */
function aliasOf(letter: string): Action | null {
  if (letter === 'd') return 'mic';
  if (letter === 'e') return 'camera';
  return null;
}

function letterOf({ key, code }: Pressed): string {
  if (/^[a-z]$/i.test(key)) return key.toLowerCase();
  return [...key].length === 1 && /\p{L}/u.test(key) && /^Key[A-Z]$/.test(code) ? code.slice(3).toLowerCase() : '';
}

/** The list for the help dialog. A key name of 'space' or 'escape' is translated. */
export const shortcuts = [
  { action: 'mic', keys: ['M', 'Ctrl+D'] },
  { action: 'talk', keys: ['space'] },
  { action: 'camera', keys: ['V', 'Ctrl+E'] },
  { action: 'share', keys: ['D'] },
  { action: 'hand', keys: ['R'] },
  { action: 'chat', keys: ['C'] },
  { action: 'people', keys: ['P'] },
  { action: 'layout', keys: ['W'] },
  { action: 'help', keys: ['?'] },
  { action: 'close', keys: ['escape'] },
  { action: 'region', keys: ['F6'] },
] as const;
