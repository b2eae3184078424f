import { MicOff, MonitorUp } from 'lucide';
import type { Person } from '../../call/types';
import { t } from '../../i18n';
import { Icon } from '../parts/Icon';

/** Name, and whether the microphone is muted or speaking: by a shape and in words, never by colour alone. */
export function TileLabel({ person, name, camera, speaking }: { person: Person; name: string; camera: boolean; speaking: boolean }) {
  return (
    <p class="tile-label">
      {!camera && <Icon of={MonitorUp} size={16} />}
      {camera && person.micMuted && (
        <span class="tile-muted">
          <Icon of={MicOff} size={15} />
          <span class="sr">{t('tile.muted')}</span>
        </span>
      )}
      {speaking && (
        <span class="tile-speaking">
          <i />
          <i />
          <i />
          <span class="sr">{t('tile.speaking')}</span>
        </span>
      )}
      <span class="tile-name">{camera && person.self ? t('name.you', { name }) : name}</span>
    </p>
  );
}
