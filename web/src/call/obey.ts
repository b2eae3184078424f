// What follows for the own devices from what the room decided. Nothing here ever turns a device on.

import type { Notice, Source, Start } from '../protocol/messages.gen';

/** The switches that a decision may turn off. */
export interface Switches {
  setWantMic(on: boolean): void;
  setWantCamera(on: boolean): void;
  stopScreen(): void;
}

/** Turns a source off. */
export function turnOff(s: Switches, source: Source): void {
  if (source === 'microphone') s.setWantMic(false);
  else if (source === 'camera') s.setWantCamera(false);
  else if (source === 'screen') s.stopScreen();
}

/** Begins as the room wants it. */
export function begin(s: Switches, start: Start): void {
  if (start.muted) s.setWantMic(false);
  if (start.camera_off) s.setWantCamera(false);
}

/** Follows a notice: what was muted or stopped is off here too, and a turn that is over closes the microphone. */
export function obey(s: Switches, n: Notice): void {
  if ((n.what === 'muted' || n.what === 'stopped') && n.source) turnOff(s, n.source);
  if (n.what === 'floor_over') turnOff(s, 'microphone');
}
