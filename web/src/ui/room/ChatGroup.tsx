import type { ChatLine } from '../../call/types';
import { clock, t } from '../../i18n';
import { hueOf } from '../people';
import { linkify } from '../linkify';

/** Lines of one person within this time stand together, in milliseconds. */
const together = 5 * 60_000;

/** Neighbouring lines of the same person. */
export function groupsOf(chat: readonly ChatLine[]): ChatLine[][] {
  const groups: ChatLine[][] = [];
  for (const line of chat) {
    const last = groups.at(-1)?.at(-1);
    if (last && last.participant === line.participant && line.at - last.at < together) groups.at(-1)!.push(line);
    else groups.push([line]);
  }
  return groups;
}

export function ChatGroup({ lines }: { lines: ChatLine[] }) {
  const first = lines[0]!;
  return (
    <div class={first.self ? 'chat-group self' : 'chat-group'}>
      <p class="chat-who">
        <strong class={`hue-text hue-${hueOf(first.name)}`}>{first.self ? t('name.you', { name: first.name }) : first.name}</strong>
        <time dateTime={new Date(first.at).toISOString()}>{clock(first.at)}</time>
      </p>
      {lines.map((line) => (
        <p key={line.id} class="chat-line" data-testid="chat-line">
          <Text text={line.text} />
        </p>
      ))}
    </div>
  );
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
