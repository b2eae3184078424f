import { EllipsisVertical, Eye, Hand, Mic, MicOff, MonitorUp, Radio, Video, VideoOff, type IconNode } from 'lucide';
import type { Person } from '../../call/types';
import { t } from '../../i18n';
import { useMeeting } from '../meeting/context';
import { roleText } from '../meeting/words';
import { hasMenu, PersonMenu } from '../order/PersonMenu';
import { Avatar } from '../parts/Avatar';
import { Icon } from '../parts/Icon';

/** One person in the list, and under it the menu when it is unfolded. */
export function PersonRow({ person }: { person: Person }) {
  const meeting = useMeeting();
  const { screen } = meeting;
  const { id, name, self, state, role, hand, micMuted, speaking } = person;
  const open = screen.acting.value === id;
  const label = t('person.menu', { name });
  return (
    <li class={speaking && !micMuted ? 'speaking' : ''} data-testid="person" data-name={name} data-role={role} data-hand={hand}>
      <Avatar name={name} size={40} />
      <span class="people-name">
        {self ? t('name.you', { name }) : name}
        {role !== 'participant' && <small class="people-role">{roleText(role)}</small>}
        {state === 'reconnecting' && <small>{t('people.reconnecting')}</small>}
      </span>
      <Signs person={person} />
      {hasMenu(meeting, person) && (
        <button type="button" class="button icon quiet" aria-label={label} title={label} aria-expanded={open} onClick={() => (screen.acting.value = open ? null : id)} data-testid="person-more">
          <Icon of={EllipsisVertical} size={18} />
        </button>
      )}
      {open && <PersonMenu person={person} />}
    </li>
  );
}

function Signs({ person: { watcher, screenOn, cameraOn, micMuted, hand, talker } }: { person: Person }) {
  return (
    <span class="signs">
      {hand > 0 && (
        <span class="sign on hand" title={t('hand.up', { number: hand })}>
          <Icon of={Hand} size={18} />
          <b aria-hidden="true">{hand}</b>
          <span class="sr">{t('hand.up', { number: hand })}</span>
        </span>
      )}
      {talker && <Sign icon={Radio} text={t('people.talker')} on />}
      {watcher && <Sign icon={Eye} text={t('people.watcher')} on />}
      {screenOn && <Sign icon={MonitorUp} text={t('people.sharing')} on />}
      <Sign icon={cameraOn ? Video : VideoOff} text={t(cameraOn ? 'people.camera' : 'people.no.camera')} on={cameraOn} />
      <Sign icon={micMuted ? MicOff : Mic} text={t(micMuted ? 'people.muted' : 'people.unmuted')} on={!micMuted} />
    </span>
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
