import { Check, X } from 'lucide';
import type { RightRequest } from '../../call/types';
import { t, type Key } from '../../i18n';
import { useMeeting } from '../meeting/context';
import { Button } from '../parts/Button';
import { Icon } from '../parts/Icon';

const asks: Partial<Record<RightRequest['right'], Key>> = { speak: 'requests.one.speak', video: 'requests.one.video', screen: 'requests.one.screen' };

/** "Ada asks to speak" */
export function requestText(name: string, right: RightRequest['right']): string {
  return t(asks[right] ?? 'requests.one.other', { name });
}

/** Who asks for what: yes or no. */
export function Requests() {
  const { call } = useMeeting();
  const names = new Map(call.people.value.map((person) => [person.id, person.name]));
  const requests = call.order.requests.value.filter((request) => names.has(request.participant));
  if (requests.length === 0) return null;
  return (
    <section class="panel-group" aria-label={t('requests.title')} data-testid="requests">
      <h3>
        {t('requests.title')} ({requests.length})
      </h3>
      <ul class="people">
        {requests.map(({ participant, right }) => {
          const text = requestText(names.get(participant)!, right);
          return (
            <li key={`${participant}/${right}`} data-testid="request">
              <span class="people-name">{text}</span>
              <Button class="icon primary" aria-label={`${t('requests.grant')} : ${text}`} title={t('requests.grant')} onClick={() => call.act('grant', { participant, right, state: 'allowed' })} testid="request-grant">
                <Icon of={Check} />
              </Button>
              <Button class="icon" aria-label={`${t('requests.refuse')} : ${text}`} title={t('requests.refuse')} onClick={() => call.act('grant', { participant, right, state: 'default' })} testid="request-refuse">
                <Icon of={X} />
              </Button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
