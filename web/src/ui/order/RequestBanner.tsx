import { Hand } from 'lucide';
import { t } from '../../i18n';
import { useMeeting } from '../meeting/context';
import { Button } from '../parts/Button';
import { Icon } from '../parts/Icon';
import { requestText } from './Requests';

/** The oldest wish, on top of the videos, so that nobody waits for a panel to be opened. */
export function RequestBanner() {
  const { call, screen } = useMeeting();
  const request = call.order.requests.value[0];
  const person = request && call.people.value.find(({ id }) => id === request.participant);
  if (!request || !person || screen.panel.value === 'people') return null;
  const answer = (state: 'allowed' | 'default') => call.act('grant', { participant: request.participant, right: request.right, state });
  return (
    <div class="banner knock" role="group" aria-label={t('requests.title')} data-testid="request-banner">
      <Icon of={Hand} />
      <p>{requestText(person.name, request.right)}</p>
      <Button class="primary" onClick={() => answer('allowed')} testid="banner-grant">
        {t('requests.grant')}
      </Button>
      <Button onClick={() => answer('default')}>{t('requests.refuse')}</Button>
    </div>
  );
}
