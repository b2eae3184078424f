import type { ChatLine } from '../../call/types';

/** How many lines of others came after the newest one that was seen. */
export function unreadOf(chat: readonly ChatLine[], read: number): number {
  return chat.filter((line) => line.id > read && !line.self).length;
}

/**
 * The newest line that was seen, as far as the chat now goes. The numbers begin anew in a room that was empty meanwhile or whose
 * server began anew: what comes then has not been seen.
 */
export function readOf(chat: readonly ChatLine[], read: number): number {
  return Math.min(read, chat.at(-1)?.id ?? 0);
}
