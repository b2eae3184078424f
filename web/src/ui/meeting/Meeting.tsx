import { effect } from '@preact/signals';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { createCall } from '../../call/call';
import type { Call, Devices, Phase } from '../../call/types';
import { t } from '../../i18n';
import { chime } from '../../media/chime';
import { createDevices } from '../../media/devices';
import '../../styles/meeting.css';
import { openDoor, readDoor, type Door } from '../door';
import { Prejoin } from '../prejoin/Prejoin';
import { Ended } from '../room/Ended';
import { Room } from '../room/Room';
import { visitRoom } from '../rooms';
import { Waiting } from '../waiting/Waiting';
import { createAnnouncer } from './announcer';
import { Context, type MeetingContext } from './context';
import { LiveRegions } from './LiveRegions';
import { createScreen } from './screen';

/** One room, from the pre-join screen to the end. Nothing of it survives going to another room. */
export function Meeting({ room }: { room: string }) {
  const engine = useMemo(() => {
    const door = openDoor(room);
    const devices = createDevices();
    if (door.muted) devices.setWantMic(false);
    if (door.cameraOff) devices.setWantCamera(false);
    return { devices, call: createCall(devices), door };
  }, []);
  return <MeetingOf room={room} {...engine} />;
}

/** The same with a given engine, real or played. */
export function MeetingOf({ room, call, devices, door = readDoor('/', '', '') }: { room: string; call: Call; devices: Devices; door?: Door }) {
  const meeting = useMemo<MeetingContext>(() => ({ room, door, call, devices, screen: createScreen(), announcer: createAnnouncer() }), []);
  const entered = useEntered(meeting);
  const phase = call.phase.value;
  const knocking = call.order.lobby.value.length;
  useEffect(() => {
    document.title = `${knocking > 0 ? `(${knocking}) ` : ''}${call.room.value?.title ?? room} · Salon`;
  }, [room, call.room.value, knocking]);
  useEffect(() => () => void call.leave().finally(() => devices.release()), []);
  return (
    <Context.Provider value={meeting}>
      {phase === 'live' || phase === 'reconnecting' ? <Room /> : phase === 'waiting' ? <Waiting /> : entered ? <Ended /> : <Prejoin />}
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
        if (before === 'waiting') chime('admitted');
      }
      if (phase === 'waiting' && before !== 'waiting') {
        setEntered(true);
        announcer.interrupt(t('say.waiting'));
      }
      // The light of the camera goes out when the call is over.
      if (phase === 'ended' && (before === 'live' || before === 'reconnecting')) devices.release();
      before = phase;
    });
  }, []);
  return entered;
}
