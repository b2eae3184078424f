import { moment, t } from '../../i18n';
import { useMeeting } from '../meeting/context';
import { Button } from '../parts/Button';
import { Notice } from '../parts/Notice';
import { useList } from './useList';

/** Who may not come back, and how to let them. */
export function BansTab() {
  const { call, announcer } = useMeeting();
  const { list, problem, run } = useList(async () => (await call.request('get_bans', {})).bans);
  const lift = (ban: string) => async () => void ((await run(() => call.request('unban', { ban }))) && announcer.say(t('ban.lifted')));
  return (
    <div class="rules" data-testid="bans">
      {problem && (
        <Notice error>
          <p>{problem}</p>
        </Notice>
      )}
      {list?.length === 0 && <p>{t('ban.none')}</p>}
      <ul class="rules-list">
        {list?.map(({ id, name, by, at }) => (
          <li key={id} data-testid="ban">
            <span>
              <strong>{name}</strong>
              <small>{t('ban.by', { by, date: moment(at) })}</small>
            </span>
            <Button aria-label={t('ban.lift.name', { name })} onClick={lift(id)} testid="ban-lift">
              {t('ban.lift')}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
