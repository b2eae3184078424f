import { DoorOpen, LogOut } from 'lucide';
import { useEffect, useRef } from 'preact/hooks';
import type { ReasonCode } from '../../call/types';
import { clock, t, type Key } from '../../i18n';
import { useMeeting } from '../meeting/context';
import { Button } from '../parts/Button';
import { Icon } from '../parts/Icon';
import { Page } from '../parts/Page';
import { VideoView } from '../parts/VideoView';
import { Talk } from './Talk';

const whys: Partial<Record<ReasonCode, Key>> = { lobby: 'waiting.lobby', wait_for_moderator: 'waiting.wait_for_moderator', sent_back: 'waiting.sent_back' };

/** At the door: why one waits, what the room says, a word with those who open, and the way out. */
export function Waiting() {
  const { call, devices, room } = useMeeting();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  const waiting = call.waiting.value;
  const preview = devices.preview.value;
  return (
    <Page>
      <main class="waiting" data-testid="waiting" data-why={waiting?.why}>
        <section class="waiting-text">
          <p class="eyebrow">
            {t('prejoin.room')} <strong>{room}</strong>
          </p>
          <h1 ref={heading} tabIndex={-1}>
            <Icon of={DoorOpen} size={30} /> {t('waiting.title')}
          </h1>
          {waiting && <p data-testid="waiting-why">{t(whys[waiting.why] ?? 'waiting.other')}</p>}
          <p class="waiting-stay">
            <span class="spinner" aria-hidden="true" /> {t('waiting.stay')} {waiting && t('waiting.until', { time: clock(waiting.until) })}
          </p>
          {waiting?.message && (
            <blockquote aria-label={t('waiting.message')}>
              <p>{waiting.message}</p>
            </blockquote>
          )}
          {preview && (
            <div class="preview">
              <VideoView stream={preview} mirrored label={t('waiting.preview')} />
            </div>
          )}
          <Button onClick={() => call.leave()} testid="waiting-leave">
            <Icon of={LogOut} /> {t('waiting.leave')}
          </Button>
        </section>
        {waiting && (waiting.chat || waiting.lines.length > 0) && (
          <section class="waiting-chat" aria-label={t('waiting.chat.log')}>
            <h2>{t('waiting.chat')}</h2>
            <Talk lines={waiting.lines} label={t('waiting.chat.log')} placeholder={t('waiting.chat')} disabled={!waiting.chat} own />
          </section>
        )}
      </main>
    </Page>
  );
}
