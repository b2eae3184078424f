import { ArrowUpToLine, DoorOpen, Hand, type IconNode, MessageSquare, Mic, MicOff, MonitorX, Pencil, Sparkles, UserX, Video, VideoOff } from 'lucide';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Person } from '../../call/types';
import { t, type Key } from '../../i18n';
import type { ClientMessages } from '../../protocol/messages.gen';
import { useMeeting, type MeetingContext } from '../meeting/context';
import { Button } from '../parts/Button';
import { Icon } from '../parts/Icon';
import { may } from './access';
import { PersonRights } from './PersonRights';
import { RemoveForm } from './RemoveForm';
import { RenameForm } from './RenameForm';

interface Act {
  icon: IconNode;
  text: Key;
  testid: string;
  run(): void | Promise<unknown>;
}

/** Everything that one may do with a person, oneself included: unfolded under their name, so that no finger or key can miss it. */
export function PersonMenu({ person }: { person: Person }) {
  const meeting = useMeeting();
  const { call } = meeting;
  const [form, setForm] = useState<'remove' | 'rename' | null>(null);
  const menu = useRef<HTMLDivElement>(null);
  const closed = useRef(false);
  // The form had the focus: it goes back to where the form came from.
  useEffect(() => {
    if (form === null && closed.current) menu.current?.querySelector('button')?.focus();
  }, [form]);
  const close = (): void => {
    closed.current = true;
    setForm(null);
  };
  if (form === 'remove') return <RemoveForm person={person} close={close} />;
  if (form === 'rename') return <RenameForm person={person} close={close} />;
  const acts = person.self ? [] : [...own(meeting, person), ...mute(meeting, person), ...turn(meeting, person)];
  return (
    <div ref={menu} class="person-menu" role="group" aria-label={t('person.menu', { name: person.name })} data-testid="person-menu">
      <div class="row-actions">
        {acts.map(({ icon, text, testid, run }) => (
          <Button key={testid} onClick={run} testid={testid}>
            <Icon of={icon} size={18} />
            {t(text)}
          </Button>
        ))}
        {person.self && may(call, 'rename') && (
          <Button onClick={() => setForm('rename')} testid="person-rename">
            <Icon of={Pencil} size={18} />
            {t('person.rename')}
          </Button>
        )}
        {!person.self && may(call, 'remove') && (
          <Button class="danger" onClick={() => setForm('remove')} testid="person-remove">
            <Icon of={UserX} size={18} />
            {t('person.remove')}
          </Button>
        )}
      </div>
      <PersonRights person={person} />
    </div>
  );
}

/** Whether a menu for this person would hold anything. */
export function hasMenu({ call }: MeetingContext, person: Person): boolean {
  if (['mute', 'stop', 'floor', 'remove', 'admit', 'spotlight', 'promote'].some((right) => may(call, right as 'mute'))) return true;
  return person.self ? may(call, 'rename') : mayWrite(call, person);
}

/** Privately one writes where the rules allow it; where they leave it to moderators, to moderators. */
function mayWrite(call: MeetingContext['call'], person: Person): boolean {
  return may(call, 'chat_private') || (person.role === 'moderator' && call.order.rights.value.get('chat_private')?.reason === 'moderators_only');
}

function own({ call, screen }: MeetingContext, person: Person): Act[] {
  if (!mayWrite(call, person)) return [];
  const write = (): void => {
    screen.to.value = { id: person.id, name: person.name };
    screen.panel.value = 'chat';
  };
  return [{ icon: MessageSquare, text: 'person.private', testid: 'person-private', run: write }];
}

function mute({ call }: MeetingContext, { id, micMuted, cameraOn, screenOn }: Person): Act[] {
  const act = <T extends 'silence' | 'ask_unmute'>(type: T, source: ClientMessages[T]['source']) => () => call.act(type, { participant: id, source });
  const acts: Act[] = [];
  if (may(call, 'mute')) {
    acts.push(
      micMuted
        ? { icon: Mic, text: 'person.ask.mic', testid: 'person-ask-mic', run: act('ask_unmute', 'microphone') }
        : { icon: MicOff, text: 'person.mute', testid: 'person-mute', run: act('silence', 'microphone') },
    );
    if (!cameraOn) acts.push({ icon: Video, text: 'person.ask.camera', testid: 'person-ask-camera', run: act('ask_unmute', 'camera') });
  }
  if (may(call, 'stop')) {
    if (cameraOn) acts.push({ icon: VideoOff, text: 'person.camera.stop', testid: 'person-stop-camera', run: act('silence', 'camera') });
    if (screenOn) acts.push({ icon: MonitorX, text: 'person.screen.stop', testid: 'person-stop-screen', run: act('silence', 'screen') });
  }
  return acts;
}

function turn({ call }: MeetingContext, { id, hand, cameraOn, screenOn }: Person): Act[] {
  const acts: Act[] = [];
  if (may(call, 'floor')) {
    acts.push({ icon: Mic, text: 'person.floor', testid: 'person-floor', run: () => call.act('give_floor', { participant: id }) });
    if (hand > 0) acts.push({ icon: Hand, text: 'person.hand.lower', testid: 'person-lower', run: () => call.act('lower_hands', { participant: id }) });
    if (hand > 1) acts.push({ icon: ArrowUpToLine, text: 'hand.first', testid: 'person-first', run: () => call.act('order_hands', { participants: [id] }) });
  }
  if (may(call, 'spotlight') && (cameraOn || screenOn)) {
    acts.push({ icon: Sparkles, text: 'person.spotlight', testid: 'person-spotlight', run: () => call.act('spotlight', { participant: id, source: screenOn ? 'screen' : 'camera' }) });
  }
  if (may(call, 'admit')) acts.push({ icon: DoorOpen, text: 'person.back', testid: 'person-back', run: () => call.act('send_back', { participant: id }) });
  return acts;
}
