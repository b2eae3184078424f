import { Lock, SendHorizontal, X } from 'lucide';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { t } from '../../i18n';
import { asCallError, errorText } from '../meeting/errors';
import { useMeeting } from '../meeting/context';
import { access } from '../order/access';
import { Icon } from '../parts/Icon';
import { ChatClosed } from './ChatClosed';

const longest = 4000; // protocol.MaxChatLength
const tallest = 140; // pixels

/** Enter sends, Shift+Enter starts a new line. What was typed survives closing the panel, and a refusal. */
export function ChatInput() {
  const { call, screen } = useMeeting();
  const field = useRef<HTMLTextAreaElement>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [sending, setSending] = useState(false);
  const text = screen.draft.value;
  const to = screen.to.value;
  const closed = !to && access(call, 'chat') !== 'allowed';

  useLayoutEffect(() => {
    if (!field.current) return;
    const { style } = field.current;
    style.height = 'auto';
    style.height = `${Math.min(field.current.scrollHeight, tallest)}px`;
  }, [text, closed]);

  const send = async (event?: Event): Promise<void> => {
    event?.preventDefault();
    const trimmed = text.trim();
    field.current?.focus();
    if (trimmed === '' || sending) return;
    if ([...trimmed].length > longest) return setProblem(t('error.chat_too_long'));
    setSending(true);
    try {
      await call.say(trimmed, to?.id);
      screen.draft.value = '';
      setProblem(null);
    } catch (thrown) {
      setProblem(`${t('chat.failed')} ${errorText(asCallError(thrown))}`);
    } finally {
      setSending(false);
    }
  };
  const key = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) void send(event);
  };

  if (closed) return <ChatClosed />;
  return (
    <form class="chat-form" onSubmit={(event) => void send(event)}>
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {to && (
        <p class="chat-to" data-testid="chat-to">
          <Icon of={Lock} size={15} /> {t('chat.to', { name: to.name })}
          <button type="button" class="button icon quiet" aria-label={t('chat.to.all')} title={t('chat.to.all')} onClick={() => void (screen.to.value = null)}>
            <Icon of={X} size={16} />
          </button>
        </p>
      )}
      <div class="chat-field">
        <textarea ref={field} rows={1} value={text} placeholder={to ? t('chat.to', { name: to.name }) : t('chat.input')} aria-label={to ? t('chat.to', { name: to.name }) : t('chat.input')} enterkeyhint="send" onInput={(event) => (screen.draft.value = event.currentTarget.value)} onKeyDown={key} data-testid="chat-input" />
        <button type="submit" class="button icon primary" aria-label={t('chat.send')} title={t('chat.send')} aria-busy={sending || undefined} data-testid="chat-send">
          {sending ? <span class="spinner" aria-hidden="true" /> : <Icon of={SendHorizontal} />}
        </button>
      </div>
    </form>
  );
}
