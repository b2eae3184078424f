import { ArrowDown, MessageSquare } from 'lucide';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { t } from '../../i18n';
import { useMeeting } from '../meeting/context';
import { Icon } from '../parts/Icon';
import { ChatClear } from './ChatClear';
import { ChatGroup, groupsOf } from './ChatGroup';
import { ChatInput } from './ChatInput';
import { SidePanel } from './SidePanel';
import { unreadOf } from './unread';

/** How far from the end still counts as reading along, in pixels. */
const nearEnd = 48;

/** What was written, oldest first, and a field to write. It follows the newest line unless one scrolls back. */
export function ChatPanel() {
  const { call, screen } = useMeeting();
  const chat = call.chat.value;
  const log = useRef<HTMLDivElement>(null);
  const [following, setFollowing] = useState(true);
  const newest = chat.at(-1)?.id ?? 0;

  useLayoutEffect(() => {
    if (!following) return;
    log.current?.scrollTo(0, log.current.scrollHeight);
    screen.read.value = newest;
  }, [newest, following]);

  const scrolled = (): void => {
    const { scrollHeight, scrollTop, clientHeight } = log.current!;
    setFollowing(scrollHeight - scrollTop - clientHeight < nearEnd);
  };
  const unread = following ? 0 : unreadOf(chat, screen.read.value);

  return (
    <SidePanel name="chat" title={t('chat.title')} focus="textarea">
      <div class="chat-log" ref={log} role="log" aria-label={t('chat.log')} tabIndex={0} onScroll={scrolled}>
        {chat.length === 0 && (
          <div class="chat-empty">
            <Icon of={MessageSquare} size={32} />
            <p>{t('chat.empty')}</p>
            <small>{t('chat.empty.hint')}</small>
          </div>
        )}
        {groupsOf(chat).map((group) => (
          <ChatGroup key={group[0]!.id} lines={group} />
        ))}
      </div>
      {unread > 0 && (
        <button type="button" class="button chat-new" onClick={() => setFollowing(true)}>
          <Icon of={ArrowDown} size={16} />
          {t('chat.new', { count: unread })}
        </button>
      )}
      <ChatClear />
      <ChatInput />
    </SidePanel>
  );
}
