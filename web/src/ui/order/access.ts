// What the rights of this participant mean for the controls on the screen.

import { accessOf, type Access } from '../../call/order';
import type { Call, Right } from '../../call/types';
import { t } from '../../i18n';
import type { MeetingContext } from '../meeting/context';

/** Whether a right is there; unknown ones are not, so that nothing is offered too early. */
export function may(call: Call, right: Right): boolean {
  return call.order.rights.value.get(right)?.allowed ?? false;
}

/** See Access. Before the rights are told, own devices work. */
export function access(call: Call, right: Right): Access {
  return accessOf(call.order.rights.value, right);
}

/** The rights of a moderator, any of which opens the tools of moderation. */
const managing: readonly Right[] = ['admit', 'mute', 'stop', 'floor', 'remove', 'lock', 'end', 'set_policy', 'promote'];

/** Whether there is anything to moderate with. */
export function manages(call: Call): boolean {
  return managing.some((right) => may(call, right));
}

/** Asks for a right, or takes the wish back. Where asking is in vain the server says why, and so does the screen. */
export async function askFor({ call, announcer }: MeetingContext, right: Right): Promise<void> {
  const wanted = accessOf(call.order.rights.peek(), right) !== 'asked';
  if (await call.act('ask', { right, wanted })) announcer.interrupt(t(wanted ? 'ask.sent' : 'ask.withdrawn'));
}

/** Whether talking means holding a key here. */
export function holdsToTalk(call: Call): boolean {
  const mode = call.room.value?.talk_mode;
  return mode === 'push_to_talk' || mode === 'floor';
}
