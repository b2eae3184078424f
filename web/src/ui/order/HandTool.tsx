import { Hand } from 'lucide';
import { t } from '../../i18n';
import { useMeeting, type MeetingContext } from '../meeting/context';
import { ToolButton } from '../room/ToolButton';
import { access } from './access';

/** Raises the own hand or takes it down; the answer is the number in the queue. */
export async function toggleHand({ call, announcer }: MeetingContext): Promise<void> {
  const raised = call.people.peek().some((person) => person.self && person.hand > 0);
  if (await call.act('raise', { raised: !raised })) {
    const number = call.people.peek().find((person) => person.self)?.hand ?? 0;
    announcer.interrupt(raised ? t('hand.down.said') : t('hand.yours', { number: Math.max(number, 1) }));
  }
}

/** The hand, with its number once it is up. */
export function HandTool() {
  const meeting = useMeeting();
  const number = meeting.call.people.value.find((person) => person.self)?.hand ?? 0;
  if (access(meeting.call, 'hand') !== 'allowed' && number === 0) return null;
  return (
    <ToolButton
      icon={Hand} text={t('hand.tool')} label={number > 0 ? `${t('hand.lower')} (${t('hand.up', { number })})` : t('hand.raise')} shortcut="R"
      tone={number > 0 ? 'active' : undefined} badge={number} pressed={number > 0} onClick={() => toggleHand(meeting)} testid="toolbar-hand"
    />
  );
}
