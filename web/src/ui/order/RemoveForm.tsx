import { useEffect, useRef, useState } from 'preact/hooks';
import type { Person } from '../../call/types';
import { t } from '../../i18n';
import { useMeeting } from '../meeting/context';
import { Button } from '../parts/Button';
import { may } from './access';

/** Puts somebody out, with a word if one likes, and for good if it must be. */
export function RemoveForm({ person: { id, name }, close }: { person: Person; close(): void }) {
  const { call } = useMeeting();
  const [message, setMessage] = useState('');
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const remove = (ban: boolean) => async () => void ((await call.act('remove', { participant: id, ban, message: message.trim() })) && close());
  return (
    <div class="person-menu" role="group" aria-label={t('person.remove.title', { name })}>
      <strong>{t('person.remove.title', { name })}</strong>
      <label class="field">
        <span>{t('person.remove.message')}</span>
        <input ref={field} class="input" value={message} maxLength={500} onInput={(event) => setMessage(event.currentTarget.value)} data-testid="remove-message" />
      </label>
      <div class="row-actions">
        <Button class="danger" onClick={remove(false)} testid="remove-now">
          {t('person.remove.now')}
        </Button>
        {may(call, 'ban') && (
          <Button class="danger" onClick={remove(true)} testid="ban-now">
            {t('person.ban.now')}
          </Button>
        )}
        <Button onClick={close}>{t('manage.cancel')}</Button>
      </div>
      <small>{t('person.ban.hint')}</small>
    </div>
  );
}
