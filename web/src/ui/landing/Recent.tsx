import { History, X } from 'lucide';
import { useState } from 'preact/hooks';
import { t } from '../../i18n';
import { Icon } from '../parts/Icon';
import { forgetRoom, pathOf, recentRooms } from '../rooms';
import { go } from '../route';

/** The rooms that this browser visited; the list never leaves it. */
export function Recent() {
  const [rooms, setRooms] = useState(recentRooms);
  const [said, say] = useState('');

  const open = (event: MouseEvent, name: string): void => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go(pathOf(name));
  };
  const forget = (name: string): void => {
    forgetRoom(name);
    setRooms(recentRooms());
    say(t('landing.forgotten', { name }));
  };

  return (
    <section class="recent" aria-label={t('landing.recent')} hidden={rooms.length === 0 && said === ''}>
      <h2>{t('landing.recent')}</h2>
      <ul>
        {rooms.map((name) => (
          <li key={name}>
            <a class="chip" href={pathOf(name)} onClick={(event) => open(event, name)}>
              <Icon of={History} size={16} />
              {name}
            </a>
            <button type="button" class="button icon quiet" aria-label={t('landing.forget', { name })} title={t('landing.forget', { name })} onClick={() => forget(name)}>
              <Icon of={X} size={16} />
            </button>
          </li>
        ))}
      </ul>
      <p>{t('landing.recent.local')}</p>
      <p class="sr" role="status">
        {said}
      </p>
    </section>
  );
}
