import type { DeviceProblem } from '../../call/types';
import { t } from '../../i18n';
import { useMeeting } from '../meeting/context';
import { isShared, problemText } from '../meeting/errors';
import { Button } from '../parts/Button';
import { Notice } from '../parts/Notice';

/** What is wrong with the devices that are wanted: once, when microphone and camera share it. */
export function DeviceProblems() {
  const { devices } = useMeeting();
  const mic = devices.wantMic.value ? devices.micProblem.value : null;
  const camera = devices.wantCamera.value ? devices.cameraProblem.value : null;
  if (mic && mic === camera && isShared(mic)) {
    return <Problem device="both" problem={mic} again={() => devices.request({ mic: true, camera: true })} />;
  }
  return (
    <>
      {mic && <Problem device="microphone" problem={mic} again={() => devices.request({ mic: true, camera: false })} />}
      {camera && <Problem device="camera" problem={camera} again={() => devices.request({ mic: false, camera: true })} />}
    </>
  );
}

/** The sentence, and what can be done about it here. */
function Problem({ device, problem, again }: { device: 'microphone' | 'camera' | 'both'; problem: DeviceProblem; again(): Promise<void> }) {
  return (
    <Notice>
      <p>{problemText(device, problem)}</p>
      {problem === 'insecure' ? (
        <a class="button" href={location.href.replace(/^http:/, 'https:')}>
          {t('problem.insecure.action')}
        </a>
      ) : (
        <Button onClick={again}>{t('retry')}</Button>
      )}
    </Notice>
  );
}
