import { Hand, MicOff, MonitorUp, Radio } from 'lucide';
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
      {camera && person.hand > 0 && (
        <span class="tile-hand" title={t('hand.up', { number: person.hand })} data-testid="tile-hand">
          <Icon of={Hand} size={15} />
          <b aria-hidden="true">{person.hand}</b>
          <span class="sr">{t('hand.up', { number: person.hand })}</span>
        </span>
      )}
      {camera && person.talker && (
        <span class="tile-talker" title={t('people.talker')}>
          <Icon of={Radio} size={15} />
          <span class="sr">{t('people.talker')}</span>
        </span>
      )}
      <span class="tile-name">{camera && person.self ? t('name.you', { name }) : name}</span>
    </p>
  );
}
