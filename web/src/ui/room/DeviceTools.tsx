import { useSignalEffect } from '@preact/signals';
import { ChevronUp, Mic, MicOff, Video, VideoOff } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { t } from '../../i18n';
import { CameraPicker, MicrophonePicker, SpeakerPicker } from '../devices/Pickers';
import { Level } from '../devices/Level';
import { SoundTest } from '../devices/SoundTest';
import { useMeeting } from '../meeting/context';
import { Icon } from '../parts/Icon';
import { Popover } from '../parts/Popover';
import { setMicrophone, toggleCamera } from './actions';
import { ToolButton } from './ToolButton';

/** The microphone's switch, and beside it the list of microphones and loudspeakers. */
export function MicrophoneTool() {
  const meeting = useMeeting();
  const { call, devices, screen } = meeting;
  const on = call.micOn.value;
  const button = useRef<HTMLButtonElement>(null);
  // A glow says that the microphone hears something.
  useSignalEffect(() => {
    button.current?.style.setProperty('--level', String(call.micOn.value ? Math.round(devices.level.value * 20) / 20 : 0));
  });
  const toggle = (): Promise<void> => setMicrophone(meeting, !call.micOn.peek() || screen.held.peek());
  return (
    <div class="split">
      <ToolButton
        buttonRef={button} icon={on ? Mic : MicOff} text={t('toolbar.mic')} label={t(on ? 'mic.on' : 'mic.off')} shortcut="M"
        tone={on ? undefined : 'off'} onClick={toggle} testid="toolbar-mic" class="mic"
      />
      <Caret label={t('device.choose.microphone')}>
        <MicrophonePicker titled />
        <Level />
        <SpeakerPicker titled />
        <SoundTest />
      </Caret>
    </div>
  );
}

export function CameraTool() {
  const meeting = useMeeting();
  const on = meeting.call.cameraOn.value;
  return (
    <div class="split">
      <ToolButton
        icon={on ? Video : VideoOff} text={t('toolbar.camera')} label={t(on ? 'camera.on' : 'camera.off')} shortcut="V"
        tone={on ? undefined : 'off'} onClick={() => toggleCamera(meeting)} testid="toolbar-camera"
      />
      <Caret label={t('device.choose.camera')}>
        <CameraPicker titled />
      </Caret>
    </div>
  );
}

function Caret({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <Popover
      label={label} align="start"
      button={(props) => (
        <button type="button" class="caret" aria-label={label} title={label} {...props}>
          <Icon of={ChevronUp} size={16} />
        </button>
      )}
    >
      {() => <div class="device-menu">{children}</div>}
    </Popover>
  );
}
