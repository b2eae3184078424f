import { Trash2 } from 'lucide';
import type { Call, ChatLine } from '../../call/types';
import { clock, t } from '../../i18n';
import { hueOf } from '../people';
import { linkify } from '../linkify';
import { useMeeting } from '../meeting/context';
import { may } from '../order/access';
import { Icon } from '../parts/Icon';

/** Lines of one person within this time stand together, in milliseconds. */
const together = 5 * 60_000;

/** Neighbouring lines of the same person. Who is hidden from the reader has no id, and is told apart by the name alone. */
export function groupsOf(chat: readonly ChatLine[]): ChatLine[][] {
  const groups: ChatLine[][] = [];
  for (const line of chat) {
    const last = groups.at(-1)?.at(-1);
    if (last && last.participant === line.participant && last.name === line.name && last.to === line.to && line.at - last.at < together) groups.at(-1)!.push(line);
    else groups.push([line]);
  }
  return groups;
}

export function ChatGroup({ lines }: { lines: ChatLine[] }) {
  const { call } = useMeeting();
  const first = lines[0]!;
  const deletes = may(call, 'chat_delete');
  return (
    <div class={first.self ? 'chat-group self' : 'chat-group'}>
      <p class="chat-who">
        <strong class={`hue-text hue-${hueOf(first.name)}`}>{first.self ? t('name.you', { name: first.name }) : first.name}</strong>
        {first.to && <em data-testid="chat-private">{privateText(call, first)}</em>}
        <time dateTime={new Date(first.at).toISOString()}>{clock(first.at)}</time>
      </p>
      {lines.map((line) => (
        <p key={line.id} class="chat-line" data-testid="chat-line">
          <Text text={line.text} />
          {deletes && (
            <button type="button" class="button icon quiet chat-delete" aria-label={`${t('chat.delete')} : ${line.text.slice(0, 40)}`} title={t('chat.delete')} onClick={() => void call.act('delete_line', { line: line.id })} data-testid="chat-delete">
              <Icon of={Trash2} size={15} />
            </button>
          )}
        </p>
      ))}
    </div>
  );
}

/** Who else sees a private line. */
function privateText(call: Call, line: ChatLine): string {
  if (!line.self) return t('chat.private.you');
  return t('chat.private.to', { name: call.people.value.find((person) => person.id === line.to)?.name ?? t('talk.somebody') });
}

/** Text as text, links as links; nothing in it can become markup. */
function Text({ text }: { text: string }) {
  return (
    <>
      {linkify(text).map(({ text: part, href }, i) =>
        href ? (
          <a key={i} href={href} target="_blank" rel="noopener noreferrer">
            {part}
          </a>
        ) : (
          part
        ),
      )}
    </>
  );
}
