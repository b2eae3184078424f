import { SendHorizontal } from 'lucide';
import { useState } from 'preact/hooks';
import { clock, t } from '../../i18n';
import type { LobbyLine } from '../../protocol/messages.gen';
import { asCallError, errorText } from '../meeting/errors';
import { useMeeting } from '../meeting/context';
import { useBusy } from '../parts/Button';
import { Icon } from '../parts/Icon';

interface Props {
  lines: readonly LobbyLine[];
  label: string;
  placeholder: string;
  disabled?: boolean;
  /** the reader is the one who waits */
  own?: boolean;
  /** the one who waits, for moderators */
  to?: string;
}

/** What is said between one who waits and the moderators, and a field to say more. */
export function Talk({ lines, label, placeholder, disabled = false, own = false, to }: Props) {
  const { call } = useMeeting();
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, run] = useBusy();
  const send = async (): Promise<void> => {
    if (text.trim() === '') return;
    try {
      await call.request('lobby_say', { text: text.trim(), ...(to && { participant: to }) });
      setText('');
      setProblem(null);
    } catch (thrown) {
      setProblem(errorText(asCallError(thrown)));
    }
  };
  return (
    <div class="talk">
      <ul role="log" aria-label={label}>
        {lines.map((line, i) => (
          <li key={i} class={line.own === own ? 'mine' : ''} data-testid="lobby-line">
            <small>
              <strong>{line.name}</strong> {clock(line.at)}
            </small>
            <p>{line.text}</p>
          </li>
        ))}
      </ul>
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {!disabled && (
        <form onSubmit={(event) => (event.preventDefault(), run(send))}>
          <input class="input" value={text} maxLength={500} aria-label={placeholder} placeholder={placeholder} enterkeyhint="send" onInput={(event) => setText(event.currentTarget.value)} data-testid="lobby-input" />
          <button type="submit" class="button icon primary" aria-label={t('chat.send')} title={t('chat.send')} aria-busy={busy || undefined} data-testid="lobby-send">
            <Icon of={SendHorizontal} />
          </button>
        </form>
      )}
    </div>
  );
}
