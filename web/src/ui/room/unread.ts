import type { ChatLine } from '../../call/types';

/** How many lines of others came after the newest one that was seen. */
export function unreadOf(chat: readonly ChatLine[], read: number): number {
  return chat.filter((line) => line.id > read && !line.self).length;
}
