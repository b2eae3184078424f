// Words for what the server says in codes: reasons, rights, roles and who did something.

import type { ReasonCode, Right, Role } from '../../call/types';
import { t, type Key } from '../../i18n';

const reasons: Partial<Record<ReasonCode, Key>> = {
  disabled: 'reason.disabled',
  revoked: 'reason.revoked',
  nobody: 'reason.nobody',
  viewer: 'reason.viewer',
  ask: 'reason.ask',
  moderators_only: 'reason.moderators_only',
  presenters_only: 'reason.presenters_only',
  not_listed: 'reason.not_listed',
  floor: 'reason.floor',
  no_screen_audio: 'reason.no_screen_audio',
  too_many: 'reason.too_many',
  named: 'reason.named',
  hidden: 'reason.hidden',
  expired: 'reason.expired',
  not_yet: 'reason.not_yet',
  time_up: 'reason.time_up',
};

/** Why something may not be, with what can be done. */
export function reasonText(reason: ReasonCode): string {
  return t(reasons[reason] ?? 'reason.other');
}

const rights: Partial<Record<Right, Key>> = {
  speak: 'right.speak',
  video: 'right.video',
  screen: 'right.screen',
  screen_audio: 'right.screen_audio',
  chat: 'right.chat',
  chat_private: 'right.chat_private',
  hand: 'right.hand',
  rename: 'right.rename',
  record: 'right.record',
};

/** A right as something that one does: "to speak". */
export function rightText(right: Right | undefined): string {
  return t((right && rights[right]) ?? 'right.other');
}

/** A role, on its own. */
export function roleText(role: Role | undefined): string {
  return t(`role.${role ?? 'participant'}`);
}

/** Who did it; nobody in particular is the room. */
export function byText(by: string | undefined): string {
  return by || t('by.room');
}
