import { VideoOff, WifiLow } from 'lucide';
import type { Missing } from '../../call/types';
import { t } from '../../i18n';
import { Icon } from '../parts/Icon';

/** Why there is no picture although the camera is on. Small tiles show the icon only; screen readers get the words. */
export function TileMissing({ why }: { why: Missing }) {
  const text = t(`tile.${why}`);
  return (
    <p class="tile-missing" title={text} data-testid="tile-missing" data-why={why}>
      <Icon of={why === 'paused' ? WifiLow : VideoOff} size={16} />
      <span>{text}</span>
    </p>
  );
}
