import { Link } from 'lucide';
import type { Person } from '../../call/types';
import { t } from '../../i18n';
import { useMeeting } from '../meeting/context';
import { LobbyList } from '../order/LobbyList';
import { ManageTools } from '../order/ManageTools';
import { Requests } from '../order/Requests';
import { Button } from '../parts/Button';
import { Icon } from '../parts/Icon';
import { useCopy } from '../parts/useCopy';
import { PersonRow } from './PersonRow';
import { SidePanel } from './SidePanel';

/** Raised hands first, in the order of the server; all others in order of arrival. */
export function handsFirst(people: readonly Person[]): Person[] {
  const raised = people.filter((person) => person.hand > 0).sort((a, b) => a.hand - b.hand);
  return [...raised, ...people.filter((person) => person.hand === 0)];
}

/** Who is here and who waits, with what others notice of them and, for those who may, what can be done. */
export function PeoplePanel() {
  const { call } = useMeeting();
  const [copied, copy] = useCopy(t('room.link.copied'));
  const people = call.people.value;
  return (
    <SidePanel name="people" title={`${t('people.title')} (${people.length})`}>
      <div class="panel-scroll">
        <LobbyList />
        <Requests />
        <ManageTools />
        <ul class="people" aria-label={t('people.list')}>
          {handsFirst(people).map((person) => (
            <PersonRow key={person.id} person={person} />
          ))}
        </ul>
      </div>
      <div class="panel-foot">
        <Button class="wide" onClick={() => copy(location.origin + location.pathname)}>
          <Icon of={Link} />
          {t(copied ? 'room.link.copied' : 'room.link.copy')}
        </Button>
      </div>
    </SidePanel>
  );
}
