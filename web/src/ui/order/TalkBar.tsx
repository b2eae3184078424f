import { Mic, Radio } from 'lucide';
import { useEffect, useState } from 'preact/hooks';
import { t } from '../../i18n';
import { useMeeting } from '../meeting/context';
import { Icon } from '../parts/Icon';
import { lasts, turnOf } from './turn';

/** Where one talks at a time: a light, in words too, that says whether one is heard, and how long the turn lasts. */
export function TalkBar() {
  const { call } = useMeeting();
  const floor = call.order.floor.value;
  const turn = turnOf(floor, call.people.value, call.self.value);
  const left = useLeft(floor.talker, floor.until);
  if (call.room.value?.talk_mode !== 'floor' || turn.state === 'free') return null;
  const somebody = t('talk.somebody');
  return (
    <div class={`talk-bar ${turn.state}`} role="status" data-testid="talk-bar" data-state={turn.state}>
      <span class="light" aria-hidden="true">
        <Icon of={turn.state === 'own' ? Mic : Radio} size={18} />
      </span>
      <p>
        {turn.state === 'own' && t('talk.now')}
        {turn.state === 'wait' && t('talk.wait', { name: turn.talker ?? somebody, count: turn.before })}
        {turn.state === 'other' && t('talk.other', { name: turn.talker ?? somebody })}
        {turn.state === 'other' && turn.waiting > 0 && ` · ${t('talk.queue', { count: turn.waiting })}`}
      </p>
      <span aria-hidden="true">{t('talk.left', { count: left })}</span>
    </div>
  );
}

/** Whole seconds until the turn ends, counted by the own clock from when it was heard of. */
function useLeft(talker: string | undefined, until: number | undefined): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    const end = performance.now() + lasts(until, Date.now());
    const tick = (): void => setLeft(Math.max(0, Math.ceil((end - performance.now()) / 1000)));
    tick();
    const timer = setInterval(tick, 250);
    return () => clearInterval(timer);
  }, [talker, until]);
  return left;
}
