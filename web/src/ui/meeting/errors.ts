// Codes to sentences. The server and the engine send codes; only this file knows which sentence belongs to which.

import type { CallError, DeviceProblem } from '../../call/types';
import type { ReasonCode } from '../../call/types';
import { t, type Key } from '../../i18n';
import { reasonText } from './words';

const errors: Record<string, Key> = {
  bad_room: 'error.bad_room',
  bad_name: 'error.bad_name',
  room_full: 'error.room_full',
  too_many_rooms: 'error.too_many_rooms',
  rate_limited: 'error.rate_limited',
  shutting_down: 'error.shutting_down',
  internal: 'error.internal',
  offer_busy: 'error.offer_busy',
  chat_too_long: 'error.chat_too_long',
  chat_empty: 'error.chat_empty',
  ice_failed: 'error.ice_failed',
  socket_failed: 'error.socket_failed',
  insecure: 'error.insecure',
  no_webrtc: 'error.no_webrtc',
  share_denied: 'error.share_denied',
  share_unsupported: 'error.share_unsupported',
  share_failed: 'error.share_failed',
  room_locked: 'error.room_locked',
  room_closed: 'error.room_closed',
  banned: 'error.banned',
  needs_token: 'error.needs_token',
  bad_token: 'error.bad_token',
  bad_invite: 'error.bad_invite',
  lobby_full: 'error.lobby_full',
  unknown: 'error.unknown',
  bad_setting: 'error.bad_setting',
  forced: 'error.forced',
  not_saved: 'error.not_saved',
};

const endings: Record<string, Key> = {
  left: 'ended.left',
  replaced: 'ended.replaced',
  too_slow: 'ended.too_slow',
  shutdown: 'ended.shutdown',
  protocol: 'ended.protocol',
  rate: 'ended.rate',
  media: 'ended.media',
  room_closed: 'ended.room_closed',
  timeout: 'ended.timeout',
  removed: 'ended.removed',
  banned: 'ended.banned',
  refused: 'ended.refused',
  lobby_over: 'ended.lobby_over',
  ended: 'ended.ended',
};

export function errorText({ code, retryAfter, reason }: CallError): string {
  if (code === 'forbidden') return forbiddenText(reason);
  const key = errors[code];
  return key ? t(key, { seconds: retryAfter ?? 5 }) : t('error.other', { code });
}

function forbiddenText(reason: ReasonCode | undefined): string {
  return reason ? `${t('error.forbidden')} ${reasonText(reason)}` : t('error.forbidden');
}

/** Why the call ended: a ByeReason, 'left' or an error code. */
export function endText(reason: string | null): string {
  const key = reason === null ? undefined : endings[reason];
  return key ? t(key) : errorText({ code: reason ?? 'unknown' });
}

/** What to say about anything that was thrown. */
export function asCallError(thrown: unknown): CallError {
  const code = (thrown as Partial<CallError> | null)?.code;
  return typeof code === 'string' ? (thrown as CallError) : { code: 'internal' };
}

/** Problems with the permission, which microphone and camera usually share. */
export type Shared = 'insecure' | 'dismissed' | 'denied' | 'system';

export function isShared(problem: DeviceProblem): problem is Shared {
  return problem === 'insecure' || problem === 'dismissed' || problem === 'denied' || problem === 'system';
}

export function problemText(device: 'microphone' | 'camera' | 'both', problem: DeviceProblem): string {
  if (problem === 'insecure' || problem === 'dismissed') return t(`problem.${problem}`);
  if (device === 'both') return t(`problem.${problem as 'denied' | 'system'}.both`);
  return t(`problem.${problem}.${device}`);
}
