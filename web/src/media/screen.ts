// Opens a screen, window or tab to share.

import { CallFailure } from '../call/failure';

/** What the person chose to share. audio is null where the browser or the person gave none. */
export interface Shared {
  video: MediaStreamTrack;
  audio: MediaStreamTrack | null;
}

/** Options newer than the types; browsers ignore what they do not know. */
interface ScreenOptions extends DisplayMediaStreamOptions {
  surfaceSwitching: 'include';
  selfBrowserSurface: 'exclude';
  systemAudio: 'include';
}

const OPTIONS: ScreenOptions = {
  video: { frameRate: { max: 30 } },
  audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: { ideal: 2 } }, // film and music
  surfaceSwitching: 'include',
  selfBrowserSurface: 'exclude', // no hall of mirrors
  systemAudio: 'include',
};

/** True where sharing exists at all: not on phones. */
export function canShare(): boolean {
  return typeof navigator.mediaDevices?.getDisplayMedia === 'function';
}

/**
 * Asks for something to share, of which encoders favour what the hint says; null when the person changed their mind. Must be called in a gesture. The codes of
 * failures: share_unsupported, share_denied (the system refuses, as macOS does before it is allowed), share_failed.
 */
export async function openScreen(hint: string): Promise<Shared | null> {
  if (!canShare()) throw new CallFailure('share_unsupported');
  const stream = await ask();
  const video = stream?.getVideoTracks()[0];
  if (!video) return null;
  setHint(video, hint);
  const audio = stream?.getAudioTracks()[0] ?? null;
  if (audio) setHint(audio, 'music');
  return { video, audio };
}

async function ask(): Promise<MediaStream | null> {
  try {
    return await navigator.mediaDevices.getDisplayMedia(OPTIONS);
  } catch (thrown) {
    const { name, message } = thrown as { name?: string; message?: string };
    if (name === 'NotAllowedError') {
      if (/system/i.test(message ?? '')) throw new CallFailure('share_denied', message);
      return null;
    }
    if (name === 'AbortError') return null;
    throw new CallFailure(name === 'NotFoundError' ? 'share_denied' : 'share_failed', message);
  }
}

/** Firefox knows no hints on tracks; setting an unknown property there harms nothing. */
export function setHint(track: MediaStreamTrack, hint: string): void {
  track.contentHint = hint;
}
