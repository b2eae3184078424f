import { useSignalEffect } from '@preact/signals';
import { ChevronUp, Hand, Hourglass, type IconNode, Mic, MicOff, Video, VideoOff } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { t } from '../../i18n';
import { CameraPicker, MicrophonePicker, SpeakerPicker } from '../devices/Pickers';
import { Level } from '../devices/Level';
import { MusicSwitch } from '../devices/MusicSwitch';
import { SoundTest } from '../devices/SoundTest';
import { useMeeting } from '../meeting/context';
import { reasonText } from '../meeting/words';
import { Icon } from '../parts/Icon';
import type { Right } from '../../call/types';
import { access, askFor, holdsToTalk } from '../order/access';
import { TalkTool } from '../order/TalkTool';
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
  if (access(call, 'speak') !== 'allowed') return <AskTool right="speak" off={MicOff} text={t('toolbar.mic')} shortcut="M" testid="toolbar-mic" />;
  const toggle = (): Promise<void> => setMicrophone(meeting, !call.micOn.peek() || screen.held.peek());
  return (
    <div class="split">
      {holdsToTalk(call) ? (
        <TalkTool />
      ) : (
        <ToolButton
          buttonRef={button} icon={on ? Mic : MicOff} text={t('toolbar.mic')} label={t(on ? 'mic.on' : 'mic.off')} shortcut="M"
          tone={on ? undefined : 'off'} onClick={toggle} testid="toolbar-mic" class="mic"
        />
      )}
      <Caret label={t('device.choose.microphone')}>
        <MicrophonePicker titled />
        <Level />
        <MusicSwitch />
        <SpeakerPicker titled />
        <SoundTest />
      </Caret>
    </div>
  );
}

export function CameraTool() {
  const meeting = useMeeting();
  const on = meeting.call.cameraOn.value;
  if (access(meeting.call, 'video') !== 'allowed') return <AskTool right="video" off={VideoOff} text={t('toolbar.camera')} shortcut="V" testid="toolbar-camera" />;
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

/** In place of a switch that one may not use: asks for the right, takes the wish back, or says why it is in vain. */
export function AskTool({ right, off, text, shortcut, testid }: { right: Extract<Right, 'speak' | 'video' | 'screen'>; off: IconNode; text: string; shortcut: string; testid: string }) {
  const meeting = useMeeting();
  const now = access(meeting.call, right);
  const reason = meeting.call.order.rights.value.get(right)?.reason;
  const label = now === 'asked' ? t('ask.cancel') : now === 'ask' ? t(`ask.${right}`) : `${text} : ${reason ? reasonText(reason) : ''}`;
  return (
    <ToolButton
      icon={now === 'asked' ? Hourglass : now === 'ask' ? Hand : off} text={now === 'asked' ? t('ask.waiting') : now === 'ask' ? t('ask.short') : text} label={label} shortcut={shortcut}
      tone={now === 'asked' ? 'active' : 'off'} onClick={() => askFor(meeting, right)} testid={testid} access={now} {...(right === 'screen' && { class: 'share' })}
    />
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
