import { House, RotateCcw } from 'lucide';
import { useEffect, useRef, useState } from 'preact/hooks';
import { t, type Key } from '../../i18n';
import { useMeeting } from '../meeting/context';
import { asCallError, endText, errorText } from '../meeting/errors';
import { Button } from '../parts/Button';
import { Icon } from '../parts/Icon';
import { Notice } from '../parts/Notice';
import { Page } from '../parts/Page';
import { go } from '../route';
import { remembered } from '../storage';

function titleOf(reason: string | null): Key {
  if (reason === 'left') return 'ended.title.left';
  return reason === 'removed' || reason === 'banned' ? 'ended.title.removed' : 'ended.title.other';
}

/** After the call: why it ended, and the way back without any question. */
export function Ended() {
  const { call, devices, door, room } = useMeeting();
  const [problem, setProblem] = useState<string | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const reason = call.endReason.value;
  const said = call.error.value?.said;
  useEffect(() => heading.current?.focus(), []);

  const comeBack = async (): Promise<void> => {
    setProblem(null);
    try {
      const mic = devices.wantMic.peek();
      const camera = devices.wantCamera.peek();
      if (mic || camera) await devices.request({ mic, camera });
      await call.join(room, door.name ?? remembered('name') ?? '?', door.key);
    } catch (thrown) {
      setProblem(errorText(asCallError(thrown)));
    }
  };

  return (
    <Page>
      <main class="ended" data-testid="ended" data-reason={reason}>
        <h1 ref={heading} tabIndex={-1}>
          {t(titleOf(reason))}
        </h1>
        <p>{endText(reason)}</p>
        {said && <p class="said">{t('ended.said', { text: said })}</p>}
        {problem && (
          <Notice error>
            <p>{problem}</p>
          </Notice>
        )}
        <div class="ended-actions">
          {reason === 'protocol' ? (
            <Button class="primary large" onClick={() => location.reload()}>
              {t('ended.reload')}
            </Button>
          ) : reason === 'banned' ? null : (
            <Button class="primary large" onClick={comeBack} testid="ended-back">
              <Icon of={RotateCcw} />
              {t(reason === 'refused' || reason === 'lobby_over' ? 'ended.knock' : 'ended.back')}
            </Button>
          )}
          <Button class="large" onClick={() => go('/')}>
            <Icon of={House} />
            {t('ended.home')}
          </Button>
        </div>
      </main>
    </Page>
  );
}
