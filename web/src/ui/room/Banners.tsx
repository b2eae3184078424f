import { CircleAlert, MicOff, MonitorUp, Volume2 } from 'lucide';
import { t } from '../../i18n';
import { DeviceProblems } from '../devices/Problem';
import { errorText } from '../meeting/errors';
import { useMeeting } from '../meeting/context';
import { Knocks } from '../order/Knocks';
import { Prompts } from '../order/Prompts';
import { RequestBanner } from '../order/RequestBanner';
import { TalkBar } from '../order/TalkBar';
import { Button } from '../parts/Button';
import { Icon } from '../parts/Icon';
import { useTalkingMuted } from './useTalkingMuted';

/** What must be known now, on top of the videos: the connection, the sound, errors. */
export function Banners() {
  const { call, screen } = useMeeting();
  const error = call.error.value;
  return (
    <div class="banners">
      {call.phase.value === 'reconnecting' && <Reconnecting />}
      <Knocks />
      <RequestBanner />
      <Prompts />
      {call.soundBlocked.value && (
        <div class="banner" role="alert">
          <Icon of={Volume2} />
          <p>{t('room.sound.blocked')}</p>
          <Button class="primary">{t('room.sound.start')}</Button>
        </div>
      )}
      {error && error !== screen.dismissed.value && call.phase.value === 'live' && (
        <div class="banner error" role="alert">
          <Icon of={CircleAlert} />
          <p>{errorText(error)}</p>
          <Button onClick={() => void (screen.dismissed.value = error)}>{t('close')}</Button>
        </div>
      )}
      <DeviceProblems />
    </div>
  );
}

/** While one shares, a line above the videos says so and ends it. */
export function Sharing() {
  const { call } = useMeeting();
  if (!call.screenOn.value) return null;
  return (
    <div class="sharing" role="status">
      <Icon of={MonitorUp} />
      <p>{t('room.sharing')}</p>
      <Button onClick={() => call.stopScreen()}>{t('room.sharing.stop')}</Button>
    </div>
  );
}

function Reconnecting() {
  const { call } = useMeeting();
  return (
    <div class="banner warn" data-testid="banner-reconnecting">
      <span class="spinner" aria-hidden="true" />
      <p>
        <strong>{t('reconnecting.title')}</strong> {t('reconnecting.text')}
      </p>
      <Button onClick={() => call.retryNow()}>{t('reconnecting.now')}</Button>
    </div>
  );
}

/** Just above the microphone's button: talking while muted, and talking while holding a key. */
export function Hints() {
  const { screen, call } = useMeeting();
  const hint = useTalkingMuted();
  const held = screen.held.value;
  if (call.room.value?.talk_mode === 'floor') return <TalkBar />;
  if (!hint && !held) return null;
  const touch = matchMedia('(hover: none)').matches;
  return (
    <div class={held ? 'talk-hint held' : 'talk-hint'} role="status">
      {!held && <Icon of={MicOff} />}
      <p>{t(held ? 'room.held' : touch ? 'room.talking.muted.touch' : 'room.talking.muted')}</p>
    </div>
  );
}
