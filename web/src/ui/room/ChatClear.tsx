import { Trash2 } from 'lucide';
import { useState } from 'preact/hooks';
import { t } from '../../i18n';
import { useMeeting } from '../meeting/context';
import { may } from '../order/access';
import { Button } from '../parts/Button';
import { Icon } from '../parts/Icon';

/** Clears the chat for everybody, after a second click. */
export function ChatClear() {
  const { call } = useMeeting();
  const [sure, setSure] = useState(false);
  if (!may(call, 'chat_delete') || call.chat.value.length === 0) return null;
  if (!sure) {
    return (
      <Button class="quiet small chat-clear" onClick={() => setSure(true)} testid="chat-clear">
        <Icon of={Trash2} size={16} /> {t('chat.clear')}
      </Button>
    );
  }
  return (
    <div class="sure" role="group" aria-label={t('chat.clear.sure')}>
      <p role="alert">{t('chat.clear.sure')}</p>
      <Button class="danger" onClick={async () => void ((await call.act('delete_line', {})) && setSure(false))} testid="chat-clear-sure">
        {t('manage.sure')}
      </Button>
      <Button onClick={() => setSure(false)}>{t('manage.cancel')}</Button>
    </div>
  );
}
