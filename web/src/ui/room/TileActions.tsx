import { EllipsisVertical, Maximize, Pin, PinOff } from 'lucide';
import type { RefObject } from 'preact';
import { t } from '../../i18n';
import type { Item } from '../../layout/types';
import { useMeeting } from '../meeting/context';
import { hasMenu } from '../order/PersonMenu';
import { Icon } from '../parts/Icon';

/** What can be done with one tile: shown on hover, on focus, and always where there is no mouse. */
export function TileActions({ item, name, tile }: { item: Item; name: string; tile: RefObject<HTMLElement> }) {
  const meeting = useMeeting();
  const { screen, call } = meeting;
  const person = call.people.value.find(({ id }) => id === item.participant);
  const pinned = screen.pinned.value === item.key;
  if (call.people.value.length < 2 && call.videos.value.length < 2) return null;
  const label = t(pinned ? 'tile.unpin' : 'tile.pin', { name });
  return (
    <div class="tile-actions">
      {item.source === 'screen' && document.fullscreenEnabled && (
        <button type="button" class="button icon" aria-label={t('tile.fullscreen', { name })} title={t('tile.fullscreen', { name })} onClick={() => void fullscreen(tile.current)}>
          <Icon of={Maximize} size={18} />
        </button>
      )}
      {person && !item.self && hasMenu(meeting, person) && (
        <button type="button" class="button icon" aria-label={t('person.menu', { name: person.name })} title={t('person.menu', { name: person.name })} onClick={() => ((screen.acting.value = person.id), (screen.panel.value = 'people'))} data-testid="tile-menu">
          <Icon of={EllipsisVertical} size={18} />
        </button>
      )}
      <button type="button" class={pinned ? 'button icon pinned' : 'button icon'} aria-label={label} title={label} onClick={() => (screen.pinned.value = pinned ? null : item.key)}>
        <Icon of={pinned ? PinOff : Pin} size={18} />
      </button>
    </div>
  );
}

async function fullscreen(element: HTMLElement | null): Promise<void> {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await element?.requestFullscreen().catch(() => undefined);
}
