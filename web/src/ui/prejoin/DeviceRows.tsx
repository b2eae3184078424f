import { Mic, MicOff, Video, VideoOff } from 'lucide';
import { t } from '../../i18n';
import { useMeeting } from '../meeting/context';
import { DeviceProblems } from '../devices/Problem';
import { CameraPicker, MicrophonePicker, SpeakerPicker } from '../devices/Pickers';
import { Level } from '../devices/Level';
import { SoundTest } from '../devices/SoundTest';
import { Icon } from '../parts/Icon';
import type { Asked } from './permission';

/** Each device on a line: its switch, its list beside it, and what is wrong with it. */
export function DeviceRows({ asked }: { asked: Asked }) {
  const { devices } = useMeeting();
  const { wantMic: mic, wantCamera: camera } = devices;
  const open = asked.state.value === 'yes';
  // Switching on before anything was asked is the click that asks.
  const toggleMic = (): void => {
    devices.setWantMic(!mic.value);
    if (mic.value && open) void devices.request({ mic: true, camera: false });
  };
  const toggleCamera = (): void => {
    devices.setWantCamera(!camera.value);
    if (camera.value && open) void devices.request({ mic: false, camera: true });
  };
  return (
    <div class="device-rows">
      <div class="device-row">
        <button type="button" class={mic.value ? 'button icon toggle' : 'button icon toggle off'} aria-label={t(mic.value ? 'mic.on' : 'mic.off')} title={t(mic.value ? 'mic.on' : 'mic.off')} onClick={toggleMic} data-testid="prejoin-mic">
          <Icon of={mic.value ? Mic : MicOff} />
        </button>
        <MicrophonePicker />
        <Level />
      </div>
      <div class="device-row">
        <button type="button" class={camera.value ? 'button icon toggle' : 'button icon toggle off'} aria-label={t(camera.value ? 'camera.on' : 'camera.off')} title={t(camera.value ? 'camera.on' : 'camera.off')} onClick={toggleCamera} data-testid="prejoin-camera">
          <Icon of={camera.value ? Video : VideoOff} />
        </button>
        <CameraPicker />
      </div>
      <DeviceProblems />
      <div class="device-row">
        <SpeakerPicker icon />
        <SoundTest />
      </div>
    </div>
  );
}
