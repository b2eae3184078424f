// The sentence for each notice, and the device that it invites to turn on. Pure but for the language.

import type { NumberedNotice, Source } from '../../call/types';
import { t } from '../../i18n';
import { byText, rightText, roleText } from '../meeting/words';

type Shown = Exclude<Source, 'screen_audio'>;

/** Null: nothing is to be said, as the sound of a screen goes with the screen. */
export function noticeText({ what, by, source = 'microphone', right, role }: Omit<NumberedNotice, 'id'>): string | null {
  const who = byText(by);
  switch (what) {
    case 'muted':
    case 'stopped':
    case 'ask_unmute':
      return source === 'screen_audio' ? null : t(`notice.${what}.${source}`, { by: who });
    case 'granted':
    case 'revoked':
    case 'refused':
      return t(`notice.${what}`, { by: who, right: rightText(right) });
    case 'role':
      return t('notice.role', { by: who, role: roleText(role) });
    case 'hand_down':
    case 'spotlight':
      return t(`notice.${what}`, { by: who });
    default:
      return t(`notice.${what}`);
  }
}

/** The device that the notice invites to turn on, or null. */
export function offered({ what, source, right }: Pick<NumberedNotice, 'what' | 'source' | 'right'>): Shown | null {
  if (what === 'ask_unmute') return source && source !== 'screen_audio' ? source : null;
  if (what === 'floor') return 'microphone';
  if (what !== 'granted') return null;
  return right === 'speak' ? 'microphone' : right === 'video' ? 'camera' : right === 'screen' ? 'screen' : null;
}

/** Notices that ask for an answer sound, and are said at once. */
export function presses(notice: Pick<NumberedNotice, 'what' | 'source' | 'right'>): boolean {
  return offered(notice) !== null || notice.what === 'next';
}
