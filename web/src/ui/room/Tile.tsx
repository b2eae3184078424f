import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Person, Video } from '../../call/types';
import type { Item, Rect, Role } from '../../layout/types';
import { t } from '../../i18n';
import { useMeeting } from '../meeting/context';
import { hueOf } from '../people';
import { Avatar } from '../parts/Avatar';
import { VideoView } from '../parts/VideoView';
import { TileActions } from './TileActions';
import { TileLabel } from './TileLabel';
import { TileMissing } from './TileMissing';

interface Props {
  item: Item;
  rect: Rect;
  role: Role;
  person: Person;
  video: Video | undefined;
}

/** One person's camera or screen. */
export function Tile({ item, rect, role, person, video }: Props) {
  const { call } = useMeeting();
  const root = useRef<HTMLElement>(null);
  const camera = item.source === 'camera';
  const stream = video?.stream.value ?? null;
  const missing = video && !item.self ? call.missing.value.get(video.key) : undefined;
  const showing = !missing && (camera ? person.cameraOn && stream : stream);
  const speaking = camera && person.speaking && !person.micMuted;
  const away = person.state === 'reconnecting' && !person.self;
  const frozen = away || (call.phase.value === 'reconnecting' && !person.self);
  const name = camera ? person.name : item.self ? t('tile.screen.self') : t('tile.screen', { name: person.name });

  // Set by script, because the Content-Security-Policy allows no style attributes.
  useLayoutEffect(() => {
    const style = root.current!.style;
    style.transform = `translate(${rect.x}px, ${rect.y}px)`;
    style.width = `${rect.width}px`;
    style.height = `${rect.height}px`;
  }, [rect.x, rect.y, rect.width, rect.height]);

  return (
    <article
      ref={root} tabIndex={-1} class={`tile ${role} ${item.source} hue-${hueOf(person.name)} ${Math.min(rect.width, rect.height) < 120 ? 'small' : ''}`} aria-label={name}
      data-testid="tile" data-participant={person.id} data-source={item.source} data-self={item.self} data-speaking={speaking} data-mic-muted={person.micMuted} data-away={away} data-frozen={frozen}
    >
      {showing ? (
        <VideoView stream={showing} mirrored={camera && person.self} contain={!camera} label={camera ? t('tile.camera', { name: person.name }) : name} testid="tile-video" />
      ) : (
        <Avatar name={person.name} size={Math.min(rect.width * 0.42, rect.height * 0.46, 160)} waiting={!missing && ((camera && person.cameraOn) || !camera)} />
      )}
      {missing && !away && <TileMissing why={missing} />}
      {away && (
        <p class="tile-away">
          <span class="spinner" aria-hidden="true" />
          <span>{t('tile.reconnecting')}</span>
        </p>
      )}
      <TileLabel person={person} name={name} camera={camera} speaking={speaking} />
      <TileActions item={item} name={name} tile={root} />
    </article>
  );
}
