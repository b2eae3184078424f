import { Camera, VideoOff } from 'lucide';
import { t } from '../../i18n';
import { useMeeting } from '../meeting/context';
import { Button } from '../parts/Button';
import { Icon } from '../parts/Icon';
import { VideoView } from '../parts/VideoView';
import type { Asked } from './permission';

/** Oneself as the others will see it, mirrored for oneself only. Before permission: what will happen, and a button. */
export function Preview({ asked }: { asked: Asked }) {
  const { devices } = useMeeting();
  const stream = devices.preview.value;
  const wanted = devices.wantCamera.value;
  const shown = stream && wanted;
  return (
    <div class={shown ? 'preview' : 'preview empty'}>
      {shown ? <VideoView stream={stream} mirrored label={t('prejoin.preview')} /> : <Placeholder asked={asked} />}
    </div>
  );
}

function Placeholder({ asked }: { asked: Asked }) {
  const { devices } = useMeeting();
  const state = asked.state.value;
  if (state !== 'yes' && (devices.wantCamera.value || devices.wantMic.value)) {
    return (
      <div class="preview-ask dark">
        <Icon of={Camera} size={36} />
        <h2>{t('prejoin.ask.title')}</h2>
        <p>{t(state === 'waiting' ? 'prejoin.ask.waiting' : 'prejoin.ask.text')}</p>
        <Button class="primary" busy={state === 'waiting'} onClick={() => void asked.ask()}>
          {t('prejoin.ask.button')}
        </Button>
      </div>
    );
  }
  const starting = devices.wantCamera.value && !devices.cameraProblem.value;
  return (
    <div class="preview-ask dark">
      {starting ? <span class="spinner" aria-hidden="true" /> : <Icon of={VideoOff} size={36} />}
      <p>{t(starting ? 'prejoin.camera.starting' : 'prejoin.camera.off')}</p>
    </div>
  );
}
