import { Check, Link } from 'lucide';
import { t } from '../../i18n';
import { Button } from '../parts/Button';
import { Icon } from '../parts/Icon';
import { useCopy } from '../parts/useCopy';

/** Nobody else is here yet: how to invite. */
export function Alone() {
  const [copied, copy] = useCopy(t('room.link.copied'));
  const link = location.origin + location.pathname;
  return (
    <section class="alone" aria-label={t('room.alone')}>
      <h2>{t('room.alone')}</h2>
      <p>{t('room.alone.text')}</p>
      <p class="alone-link">{decodeURI(link).replace(/^https?:\/\//, '')}</p>
      <Button class="primary" onClick={() => copy(link)}>
        <Icon of={copied ? Check : Link} />
        {t(copied ? 'room.link.copied' : 'room.link.copy')}
      </Button>
    </section>
  );
}
