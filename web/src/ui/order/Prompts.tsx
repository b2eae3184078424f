import { Bell, Hand, type IconNode, Mic, MonitorUp, ShieldAlert, Video } from 'lucide';
import type { NumberedNotice, Source } from '../../call/types';
import { t } from '../../i18n';
import { useMeeting, type MeetingContext } from '../meeting/context';
import { Button } from '../parts/Button';
import { Icon } from '../parts/Icon';
import { setMicrophone, turnOnCamera } from '../room/actions';
import { noticeText, offered } from './notices';

/** What was done to oneself, and what one can do now: on top of the videos, until it is answered. */
export function Prompts() {
  const { call } = useMeeting();
  return (
    <>
      {call.order.notices.value.map((notice) => (
        <Prompt key={notice.id} notice={notice} />
      ))}
    </>
  );
}

const icons: Partial<Record<NumberedNotice['what'], IconNode>> = { floor: Mic, hand_down: Hand, next: Hand, revoked: ShieldAlert, refused: ShieldAlert, stopped: ShieldAlert };

function Prompt({ notice }: { notice: NumberedNotice }) {
  const meeting = useMeeting();
  const { call } = meeting;
  const text = noticeText(notice);
  const source = offered(notice);
  if (!text) return null;
  const done = (): void => call.dismissNotice(notice.id);
  return (
    <div class={source ? 'banner prompt big' : 'banner prompt'} role="group" aria-label={text} data-testid="prompt" data-what={notice.what}>
      <Icon of={icons[notice.what] ?? Bell} />
      <p>{text}</p>
      {source && !isOn(meeting, source) ? (
        <>
          <Button class="primary" onClick={() => (done(), turnOn(meeting, source))} testid="prompt-do">
            <Icon of={source === 'microphone' ? Mic : source === 'camera' ? Video : MonitorUp} />
            {t(`notice.do.${source}`)}
          </Button>
          <Button onClick={done}>{t('notice.later')}</Button>
        </>
      ) : (
        <Button onClick={done}>{t('notice.ok')}</Button>
      )}
    </div>
  );
}

type Offered = Exclude<Source, 'screen_audio'>;

function isOn({ call }: MeetingContext, source: Offered): boolean {
  return { microphone: call.micOn, camera: call.cameraOn, screen: call.screenOn }[source].value;
}

/** Only ever by a click of the person: nobody is turned on from outside. */
async function turnOn(meeting: MeetingContext, source: Offered): Promise<void> {
  if (source === 'microphone') return setMicrophone(meeting, true);
  if (source === 'camera') return turnOnCamera(meeting);
  return meeting.call.startScreen();
}
