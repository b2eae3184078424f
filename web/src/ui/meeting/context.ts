// What the screens of one meeting share: the call, the devices, and what is open on the screen.

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Call, Devices } from '../../call/types';
import type { Announcer } from './announcer';
import type { Door } from '../door';
import type { Screen } from './screen';

export interface MeetingContext {
  /** as in the address */
  room: string;
  /** what the link brought along */
  door: Door;
  call: Call;
  devices: Devices;
  screen: Screen;
  announcer: Announcer;
}

export const Context = createContext<MeetingContext | null>(null);

export function useMeeting(): MeetingContext {
  const meeting = useContext(Context);
  if (!meeting) throw new Error('useMeeting outside of a Meeting: wrap the component in Context.Provider');
  return meeting;
}
