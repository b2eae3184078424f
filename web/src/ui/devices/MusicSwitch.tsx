import { t } from '../../i18n';
import { useMeeting } from '../meeting/context';

/** Whether the microphone gives what it hears, unchanged and in stereo: for music. */
export function MusicSwitch() {
  const { devices } = useMeeting();
  return (
    <label class="check">
      <input type="checkbox" role="switch" checked={devices.music.value} onChange={(event) => void devices.setMusic(event.currentTarget.checked)} data-testid="music" />
      <span>
        {t('device.music')}
        <small>{t('device.music.hint')}</small>
      </span>
    </label>
  );
}
