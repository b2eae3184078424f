import { t } from '../../i18n';
import { Level } from '../devices/Level';
import { MusicSwitch } from '../devices/MusicSwitch';
import { CameraPicker, MicrophonePicker, SpeakerPicker } from '../devices/Pickers';
import { SoundTest } from '../devices/SoundTest';
import { useMeeting } from '../meeting/context';
import { Dialog } from '../parts/Dialog';

/** All devices in one place; the same choices as beside the buttons. */
export function SettingsDialog() {
  const { screen } = useMeeting();
  return (
    <Dialog open={screen.dialog.value === 'settings'} title={t('more.settings')} onClose={() => screen.dialog.peek() === 'settings' && (screen.dialog.value = null)}>
      <div class="device-menu">
        <MicrophonePicker titled />
        <Level />
        <MusicSwitch />
        <CameraPicker titled />
        <SpeakerPicker titled />
        <SoundTest />
      </div>
    </Dialog>
  );
}
