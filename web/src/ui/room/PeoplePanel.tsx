import { Eye, Link, Mic, MicOff, MonitorUp, Video, VideoOff, type IconNode } from 'lucide';
import type { Person } from '../../call/types';
import { t } from '../../i18n';
import { useMeeting } from '../meeting/context';
import { Avatar } from '../parts/Avatar';
import { Button } from '../parts/Button';
import { Icon } from '../parts/Icon';
import { useCopy } from '../parts/useCopy';
import { SidePanel } from './SidePanel';

/** Who is here, in order of arrival, with what others notice of them. */
export function PeoplePanel() {
  const { call } = useMeeting();
  const [copied, copy] = useCopy(t('room.link.copied'));
  const people = call.people.value;
  return (
    <SidePanel name="people" title={`${t('people.title')} (${people.length})`}>
      <ul class="people" aria-label={t('people.list')}>
        {people.map((person) => (
          <Row key={person.id} person={person} />
        ))}
      </ul>
      <div class="panel-foot">
        <Button class="wide" onClick={() => copy(location.origin + location.pathname)}>
          <Icon of={Link} />
          {t(copied ? 'room.link.copied' : 'room.link.copy')}
        </Button>
      </div>
    </SidePanel>
  );
}

function Row({ person }: { person: Person }) {
  const { name, self, state, watcher, micMuted, cameraOn, screenOn, speaking } = person;
  return (
    <li class={speaking && !micMuted ? 'speaking' : ''}>
      <Avatar name={name} size={40} />
      <span class="people-name">
        {self ? t('name.you', { name }) : name}
        {state === 'reconnecting' && <small>{t('people.reconnecting')}</small>}
      </span>
      {watcher && <Sign icon={Eye} text={t('people.watcher')} on />}
      {screenOn && <Sign icon={MonitorUp} text={t('people.sharing')} on />}
      <Sign icon={cameraOn ? Video : VideoOff} text={t(cameraOn ? 'people.camera' : 'people.no.camera')} on={cameraOn} />
      <Sign icon={micMuted ? MicOff : Mic} text={t(micMuted ? 'people.muted' : 'people.unmuted')} on={!micMuted} />
    </li>
  );
}

function Sign({ icon, text, on }: { icon: IconNode; text: string; on: boolean }) {
  return (
    <span class={on ? 'sign on' : 'sign'} title={text}>
      <Icon of={icon} size={18} />
      <span class="sr">{text}</span>
    </span>
  );
}
