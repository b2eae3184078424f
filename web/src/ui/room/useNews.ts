import { effect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Person } from '../../call/types';
import { list, t } from '../../i18n';
import { useMeeting } from '../meeting/context';
import { readOf } from './unread';
import { merge, namesAtMost, newsOf, noNews, type News } from '../news';

/** News within this time become one sentence, in milliseconds. */
const together = 1500;

/** Says aloud who comes and goes, who shares and writes, and how the connection does. */
export function useNews(): void {
  const { call, announcer, screen } = useMeeting();
  useEffect(() => {
    let before: readonly Person[] = call.people.peek();
    let news: News = noNews;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = (): void => {
      timer = undefined;
      for (const sentence of sentences(news)) announcer.say(sentence);
      news = noNews;
    };
    const stopPeople = effect(() => {
      const after = call.people.value;
      // While reconnecting the list may be incomplete; the difference counts once it is whole again.
      if (call.phase.value !== 'live') return;
      news = merge(news, newsOf(before, after));
      before = after;
      timer ??= setTimeout(flush, together);
    });
    let phase = call.phase.peek();
    const stopPhase = effect(() => {
      const now = call.phase.value;
      if (now === 'reconnecting' && phase === 'live') announcer.interrupt(t('say.reconnecting'));
      if (now === 'live' && phase === 'reconnecting') announcer.say(t('say.back'));
      phase = now;
    });
    let read = call.chat.peek().at(-1)?.id ?? 0;
    const stopChat = effect(() => {
      read = readOf(call.chat.value, read);
      screen.read.value = readOf(call.chat.value, screen.read.peek());
      const fresh = call.chat.value.filter((line) => line.id > read && !line.self);
      read = call.chat.value.at(-1)?.id ?? read;
      // An open panel is a live region of its own.
      if (screen.panel.peek() === 'chat') return;
      if (fresh.length > namesAtMost) announcer.say(t('chat.new', { count: fresh.length }));
      else for (const { name, text } of fresh) announcer.say(t('chat.said', { name, text }));
    });
    return () => {
      stopPeople();
      stopPhase();
      stopChat();
      clearTimeout(timer);
    };
  }, []);
}

function sentences({ joined, left, sharing, stopped }: News): string[] {
  const said: string[] = [];
  if (joined.length > namesAtMost) said.push(t('say.joined.many', { count: joined.length }));
  else if (joined.length > 0) said.push(t('say.joined', { names: list(joined), count: joined.length }));
  if (left.length > namesAtMost) said.push(t('say.left.many', { count: left.length }));
  else if (left.length > 0) said.push(t('say.left', { names: list(left), count: left.length }));
  for (const name of sharing) said.push(t('say.sharing', { name }));
  for (const name of stopped) said.push(t('say.sharing.ended', { name }));
  return said;
}
