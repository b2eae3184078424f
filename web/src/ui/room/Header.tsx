import { Link, Lock, Users } from 'lucide';
import { t } from '../../i18n';
import { useMeeting } from '../meeting/context';
import { Icon, Logo } from '../parts/Icon';
import { LanguageSwitch } from '../parts/LanguageSwitch';
import { useCopy } from '../parts/useCopy';
import { togglePanel } from '../meeting/screen';
import { LinkButton } from './LinkButton';

export function Header() {
  const { room, call, screen } = useMeeting();
  const [copied, copy] = useCopy(t('room.link.copied'));
  const count = call.people.value.length;
  return (
    <header class="room-header" data-region tabIndex={-1} aria-label={t('room.region.header')}>
      <Logo size={28} />
      <strong class="room-name">{call.room.value?.title || room}</strong>
      <button type="button" class="chip" onClick={() => togglePanel(screen, 'people')} aria-label={t('room.people', { count })} title={t('room.people', { count })}>
        <Icon of={Users} size={18} />
        {count}
      </button>
      {call.room.value?.locked && (
        <span class="chip locked" title={t('manage.locked.hint')} data-testid="locked">
          <Icon of={Lock} size={16} />
          <span>{t('manage.locked')}</span>
        </span>
      )}
      <span class="grow" />
      <button type="button" class="chip" onClick={() => copy(location.origin + location.pathname)} aria-label={t('room.link.copy')} title={t('room.link.copy')}>
        <Icon of={Link} size={18} />
        <span class="wide-only">{copied ? t('room.link.copied') : t('room.link.copy')}</span>
      </button>
      <LinkButton />
      <LanguageSwitch />
    </header>
  );
}
