// What the toolbar and the keyboard both do, so that they never differ.

import { t } from '../../i18n';
import type { MeetingContext } from '../meeting/context';

/** Whether this browser can share a screen at all; phones cannot. */
export function canShare(): boolean {
  return typeof navigator.mediaDevices?.getDisplayMedia === 'function';
}

export async function setMicrophone({ call, announcer, screen }: MeetingContext, on: boolean): Promise<void> {
  screen.held.value = false;
  await call.setMicrophone(on);
  if (call.micOn.peek() === on) announcer.interrupt(t(on ? 'say.mic.on' : 'say.mic.off'));
}

export async function toggleCamera({ call, announcer }: MeetingContext): Promise<void> {
  const on = !call.cameraOn.peek();
  await call.setCamera(on);
  if (call.cameraOn.peek() === on) announcer.interrupt(t(on ? 'say.camera.on' : 'say.camera.off'));
}

export async function toggleScreen({ call }: MeetingContext): Promise<void> {
  await (call.screenOn.peek() ? call.stopScreen() : call.startScreen());
}

/** Opens the microphone for as long as a key is held. */
export async function talk({ call, screen }: MeetingContext, on: boolean): Promise<void> {
  if (on === screen.held.peek()) return;
  if (on && call.micOn.peek()) return;
  screen.held.value = on;
  await call.setMicrophone(on);
  // The key may have been let go while the microphone was opening.
  if (on && !screen.held.peek()) await call.setMicrophone(false);
}
