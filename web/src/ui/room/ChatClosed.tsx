import { t } from '../../i18n';
import { useMeeting } from '../meeting/context';
import { reasonText } from '../meeting/words';
import { access, askFor } from '../order/access';
import { Button } from '../parts/Button';

/** In place of the field: why one may not write, and how to ask for it. */
export function ChatClosed() {
  const meeting = useMeeting();
  const reason = meeting.call.order.rights.value.get('chat')?.reason;
  const now = access(meeting.call, 'chat');
  return (
    <div class="chat-form" data-testid="chat-closed">
      <p class="hint">
        {t('chat.off')} {reason && reasonText(reason)}
      </p>
      {(now === 'ask' || now === 'asked') && <Button onClick={() => askFor(meeting, 'chat')}>{t(now === 'asked' ? 'ask.cancel' : 'ask.short')}</Button>}
    </div>
  );
}
