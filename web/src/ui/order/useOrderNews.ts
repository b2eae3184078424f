import { effect, untracked } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { t } from '../../i18n';
import { chime } from '../../media/chime';
import { useMeeting, type MeetingContext } from '../meeting/context';
import { holdsToTalk } from './access';
import { noticeText, presses } from './notices';
import { requestText } from './Requests';

/** How long a turn that is over stays on the screen, in milliseconds. */
const OVER_MS = 4000;

/** Says and sounds what must not be missed: knocks, wishes, hands, and what is done to oneself. */
export function useOrderNews(): void {
  const meeting = useMeeting();
  useEffect(() => {
    const stops = [knocks(meeting), wishes(meeting), hands(meeting), notices(meeting), holding(meeting)];
    return () => stops.forEach((stop) => stop());
  }, []);
}

function knocks({ call, announcer }: MeetingContext): () => void {
  let known = new Map<string, number>();
  return effect(() => {
    const now = call.order.lobby.value;
    for (const { id, name, lines } of now) {
      if (!known.has(id)) {
        chime('knock');
        announcer.interrupt(t('lobby.knock', { name }));
      } else if (lines.length > known.get(id)! && lines.at(-1)!.own) {
        chime('prompt');
        announcer.say(t('lobby.said', { name, text: lines.at(-1)!.text }));
      }
    }
    known = new Map(now.map(({ id, lines }) => [id, lines.length]));
  });
}

function wishes({ call, announcer }: MeetingContext): () => void {
  let known = new Set<string>();
  return effect(() => {
    const now = call.order.requests.value;
    const people = untracked(() => call.people.value);
    for (const { participant, right } of now) {
      const person = people.find(({ id }) => id === participant);
      if (!person || known.has(`${participant}/${right}`)) continue;
      chime('prompt');
      announcer.say(requestText(person.name, right));
    }
    known = new Set(now.map(({ participant, right }) => `${participant}/${right}`));
  });
}

function hands({ call, announcer }: MeetingContext): () => void {
  let known = new Set(call.order.hands.peek().map((hand) => hand.participant));
  return effect(() => {
    const now = call.order.hands.value;
    const people = untracked(() => call.people.value);
    for (const { participant } of now) {
      const person = people.find(({ id }) => id === participant);
      if (person && !person.self && !known.has(participant)) announcer.say(t('hand.said', { name: person.name }));
    }
    known = new Set(now.map((hand) => hand.participant));
  });
}

/** Each notice once. While the key is held the light says whose turn it is, and needs no answer. */
function notices({ call, announcer, screen }: MeetingContext): () => void {
  let newest = 0;
  return effect(() => {
    for (const notice of call.order.notices.value) {
      if (notice.id <= newest) continue;
      newest = notice.id;
      const held = screen.held.peek();
      const text = untracked(() => noticeText(notice));
      if (text) announcer.interrupt(text);
      if (notice.what === 'floor') {
        chime('talk');
        if (held) queueMicrotask(() => call.dismissNotice(notice.id));
      } else if (notice.what === 'floor_over') {
        chime('over');
        screen.held.value = false;
        setTimeout(() => call.dismissNotice(notice.id), held ? OVER_MS : 0);
      } else if (presses(notice)) chime('prompt');
    }
    if (call.order.notices.value.length === 0) newest = 0; // numbered anew after a join
  });
}

/** Where a key is held to talk nobody begins with an open microphone. */
function holding({ call, screen }: MeetingContext): () => void {
  return effect(() => {
    if (holdsToTalk(call) && !screen.held.peek()) untracked(() => void call.setMicrophone(false));
  });
}
