import { BadgeCheck, Check, MessageSquare, X } from 'lucide';
import { useState } from 'preact/hooks';
import type { Knock } from '../../call/types';
import { clock, t } from '../../i18n';
import { useMeeting } from '../meeting/context';
import { Avatar } from '../parts/Avatar';
import { Button } from '../parts/Button';
import { Icon } from '../parts/Icon';
import { Talk } from '../waiting/Talk';

/** Who waits, for those who may admit them: each one, and all at once. */
export function LobbyList() {
  const { call } = useMeeting();
  const waiting = call.order.lobby.value;
  if (waiting.length === 0) return null;
  const everybody = waiting.map((knock) => knock.id);
  return (
    <section class="panel-group" aria-label={t('lobby.title')} data-testid="lobby">
      <h3>
        {t('lobby.title')} ({waiting.length})
      </h3>
      <ul class="people">
        {waiting.map((knock) => (
          <Row key={knock.id} knock={knock} />
        ))}
      </ul>
      {waiting.length > 1 && (
        <div class="row-actions">
          <Button class="primary" onClick={() => call.act('admit', { participants: everybody })} testid="lobby-admit-all">
            {t('lobby.admit.all')}
          </Button>
          <Button onClick={() => call.act('refuse', { participants: everybody })} testid="lobby-refuse-all">
            {t('lobby.refuse.all')}
          </Button>
        </div>
      )}
    </section>
  );
}

function Row({ knock }: { knock: Knock }) {
  const { call } = useMeeting();
  const { id, name, verified, since, lines } = knock;
  const [talking, setTalking] = useState(false);
  return (
    <li class="knock-row" data-testid="knock-row">
      <Avatar name={name} size={40} />
      <span class="people-name">
        {name}
        <small>
          {verified && (
            <>
              <Icon of={BadgeCheck} size={14} /> {t('lobby.verified')} ·{' '}
            </>
          )}
          {t('lobby.since', { time: clock(since) })}
        </small>
      </span>
      <Button class="icon primary" aria-label={t('lobby.admit.name', { name })} title={t('lobby.admit')} onClick={() => call.act('admit', { participants: [id] })} testid="lobby-admit">
        <Icon of={Check} />
      </Button>
      <Button class="icon" aria-label={t('lobby.refuse.name', { name })} title={t('lobby.refuse')} onClick={() => call.act('refuse', { participants: [id] })} testid="lobby-refuse">
        <Icon of={X} />
      </Button>
      <Button class="icon" aria-label={t('lobby.write', { name })} title={t('lobby.write', { name })} aria-expanded={talking} onClick={() => setTalking(!talking)} testid="lobby-write">
        <Icon of={MessageSquare} />
      </Button>
      {(talking || lines.length > 0) && <Talk lines={lines} label={t('lobby.write', { name })} placeholder={t('lobby.write', { name })} to={id} />}
    </li>
  );
}
