// What the toolbar and the keyboard both do, so that they never differ.

import { t } from '../../i18n';
import type { MeetingContext } from '../meeting/context';
import { access, askFor, holdsToTalk } from '../order/access';

/** Whether this browser can share a screen at all; phones cannot. */
export function canShare(): boolean {
  return typeof navigator.mediaDevices?.getDisplayMedia === 'function';
}

/** Turns the microphone on or off. Without the right it asks for it, and where a key is held to talk it holds it. */
export async function setMicrophone(meeting: MeetingContext, on: boolean): Promise<void> {
  const { call, announcer, screen } = meeting;
  if (on && access(call, 'speak') !== 'allowed') return askFor(meeting, 'speak');
  if (holdsToTalk(call)) return talk(meeting, on);
  screen.held.value = false;
  await call.setMicrophone(on);
  if (call.micOn.peek() === on) announcer.interrupt(t(on ? 'say.mic.on' : 'say.mic.off'));
}

export async function toggleCamera(meeting: MeetingContext): Promise<void> {
  const { call, announcer } = meeting;
  if (!call.cameraOn.peek()) return turnOnCamera(meeting);
  await call.setCamera(false);
  if (!call.cameraOn.peek()) announcer.interrupt(t('say.camera.off'));
}

export async function turnOnCamera(meeting: MeetingContext): Promise<void> {
  const { call, announcer } = meeting;
  if (access(call, 'video') !== 'allowed') return askFor(meeting, 'video');
  await call.setCamera(true);
  if (call.cameraOn.peek()) announcer.interrupt(t('say.camera.on'));
}

export async function toggleScreen(meeting: MeetingContext): Promise<void> {
  const { call } = meeting;
  if (call.screenOn.peek()) return call.stopScreen();
  return access(call, 'screen') === 'allowed' ? call.startScreen() : askFor(meeting, 'screen');
}

/** Opens the microphone for as long as a key is held; where one talks at a time this asks for the floor. */
export async function talk(meeting: MeetingContext, on: boolean): Promise<void> {
  const { call, screen } = meeting;
  if (on === screen.held.peek()) return;
  if (on && access(call, 'speak') !== 'allowed') return askFor(meeting, 'speak');
  const holds = holdsToTalk(call);
  if (on && !holds && call.micOn.peek()) return;
  screen.held.value = on;
  if (call.room.peek()?.talk_mode === 'floor' && !(await call.act('take_floor', { wanted: on }))) screen.held.value = false;
  await call.setMicrophone(on && screen.held.peek());
  // The key may have been let go while the microphone was opening.
  if (on && !screen.held.peek()) await call.setMicrophone(false);
}
