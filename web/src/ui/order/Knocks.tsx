import { DoorOpen } from 'lucide';
import { list, t } from '../../i18n';
import { useMeeting } from '../meeting/context';
import { namesAtMost } from '../news';
import { Button } from '../parts/Button';
import { Icon } from '../parts/Icon';

/** Who knocks, on top of the videos until somebody has answered. */
export function Knocks() {
  const { call, screen } = useMeeting();
  const waiting = call.order.lobby.value;
  if (waiting.length === 0 || screen.panel.value === 'people') return null;
  const names = waiting.map((knock) => knock.name);
  return (
    <div class="banner knock" role="group" aria-label={t('lobby.title')} data-testid="knock">
      <Icon of={DoorOpen} />
      <p>{waiting.length === 1 ? t('lobby.knock', { name: names[0]! }) : `${t('lobby.knocks', { count: waiting.length })}${names.length <= namesAtMost ? ` (${list(names)})` : ''}`}</p>
      <Button class="primary" onClick={() => call.act('admit', { participants: waiting.map((knock) => knock.id) })} testid="knock-admit">
        {t(waiting.length === 1 ? 'lobby.admit' : 'lobby.admit.all')}
      </Button>
      <Button onClick={() => void (screen.panel.value = 'people')} testid="knock-see">
        {t('lobby.see')}
      </Button>
    </div>
  );
}
