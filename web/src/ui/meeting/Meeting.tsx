import { effect } from '@preact/signals';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { createCall } from '../../call/call';
import type { Call, Devices, Phase } from '../../call/types';
import { t } from '../../i18n';
import { createDevices } from '../../media/devices';
import '../../styles/meeting.css';
import { Prejoin } from '../prejoin/Prejoin';
import { Ended } from '../room/Ended';
import { Room } from '../room/Room';
import { visitRoom } from '../rooms';
import { createAnnouncer } from './announcer';
import { Context, type MeetingContext } from './context';
import { LiveRegions } from './LiveRegions';
import { createScreen } from './screen';

/** One room, from the pre-join screen to the end. Nothing of it survives going to another room. */
export function Meeting({ room }: { room: string }) {
  const engine = useMemo(() => {
    const devices = createDevices();
    return { devices, call: createCall(devices) };
  }, []);
  return <MeetingOf room={room} {...engine} />;
}

/** The same with a given engine, real or played. */
export function MeetingOf({ room, call, devices }: { room: string; call: Call; devices: Devices }) {
  const meeting = useMemo<MeetingContext>(() => ({ room, call, devices, screen: createScreen(), announcer: createAnnouncer() }), []);
  const entered = useEntered(meeting);
  const phase = call.phase.value;
  useEffect(() => {
    document.title = `${call.room.value?.title ?? room} · Salon`;
  }, [room, call.room.value]);
  useEffect(() => () => void call.leave().finally(() => devices.release()), []);
  return (
    <Context.Provider value={meeting}>
      {phase === 'live' || phase === 'reconnecting' ? <Room /> : entered ? <Ended /> : <Prejoin />}
      <LiveRegions />
    </Context.Provider>
  );
}

/** Whether the room was entered at least once: then losing it leads to the end screen, not back to pre-join. */
function useEntered({ room, call, devices, announcer }: MeetingContext): boolean {
  const [entered, setEntered] = useState(false);
  useEffect(() => {
    let before: Phase = 'idle';
    return effect(() => {
      const phase = call.phase.value;
      if (phase === 'live' && before !== 'reconnecting' && before !== 'live') {
        setEntered(true);
        visitRoom(room);
        announcer.say(t('say.live', { room: call.room.peek()?.title ?? room }));
      }
      // The light of the camera goes out when the call is over.
      if (phase === 'ended' && (before === 'live' || before === 'reconnecting')) devices.release();
      before = phase;
    });
  }, []);
  return entered;
}
