import { ChevronDown, Volume2 } from 'lucide';
import type { ReadonlySignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { t, type Key } from '../../i18n';
import { useMeeting } from '../meeting/context';
import { Icon } from '../parts/Icon';

interface Props {
  label: string;
  unnamed: Key;
  devices: ReadonlySignal<MediaDeviceInfo[]>;
  chosen: ReadonlySignal<string | null>;
  choose(id: string): Promise<void>;
  /** show the label above instead of only telling screen readers */
  titled?: boolean;
}

/** A list of devices. Without permission browsers hide what there is; then it only says what it will list. */
function Picker({ label, unnamed, devices, chosen, choose, titled = false }: Props) {
  const id = useId();
  const list = devices.value;
  const listed = list.length > 0 && list.some((device) => device.deviceId !== '');
  const value = list.some((device) => device.deviceId === chosen.value) ? chosen.value! : (list[0]?.deviceId ?? '');
  return (
    <div class="picker">
      <label for={id} class={titled ? undefined : 'sr'}>
        {label}
      </label>
      <span class="select-wrap">
        <select id={id} class="select" disabled={!listed} value={value} onChange={(event) => void choose(event.currentTarget.value)}>
          {!listed && <option value="">{label}</option>}
          {listed && list.map((device, i) => (
            <option key={device.deviceId} value={device.deviceId}>
              {device.label || t(unnamed, { number: i + 1 })}
            </option>
          ))}
        </select>
        <Icon of={ChevronDown} size={16} />
      </span>
    </div>
  );
}

export function MicrophonePicker({ titled }: { titled?: boolean }) {
  const { devices } = useMeeting();
  return <Picker label={t('device.microphone')} unnamed="device.unnamed.microphone" devices={devices.microphones} chosen={devices.microphone} choose={(id) => devices.chooseMicrophone(id)} titled={titled} />;
}

export function CameraPicker({ titled }: { titled?: boolean }) {
  const { devices } = useMeeting();
  return <Picker label={t('device.camera')} unnamed="device.unnamed.camera" devices={devices.cameras} chosen={devices.camera} choose={(id) => devices.chooseCamera(id)} titled={titled} />;
}

/** Only where the browser lets a page choose; elsewhere the system's choice holds. */
export function SpeakerPicker({ titled, icon = false }: { titled?: boolean; icon?: boolean }) {
  const { devices } = useMeeting();
  const supported = 'setSinkId' in HTMLMediaElement.prototype;
  return (
    <>
      {icon && (
        <span class="device-icon">
          <Icon of={Volume2} />
        </span>
      )}
      {supported && devices.speakersOut.value.length > 0 && (
        <Picker label={t('device.speaker')} unnamed="device.unnamed.speaker" devices={devices.speakersOut} chosen={devices.speaker} choose={(id) => devices.chooseSpeaker(id)} titled={titled} />
      )}
    </>
  );
}
