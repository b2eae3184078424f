import { useSignalEffect } from '@preact/signals';
import { ChevronLeft, ChevronRight } from 'lucide';
import { useRef } from 'preact/hooks';
import { t } from '../../i18n';
import { useMeeting } from '../meeting/context';
import { Icon } from '../parts/Icon';
import { Alone } from './Alone';
import { Tile } from './Tile';
import { useStage } from './useStage';

/** The tiles. They are drawn in order of arrival and only placed by the layout, so that no picture is ever moved in the page. */
export function Stage() {
  const { call, screen } = useMeeting();
  const area = useRef<HTMLDivElement>(null);
  const stage = useStage(area);
  const { placed, page, pages, shape } = stage.value;
  const people = new Map(call.people.value.map((person, order) => [person.id, { person, order }]));
  const videos = new Map(call.videos.value.map((video) => [video.key, video]));

  // Pages vanish when people leave.
  useSignalEffect(() => {
    if (screen.page.value !== stage.value.page) screen.page.value = stage.value.page;
  });

  const rank = (key: string, participant: string): number => (people.get(participant)?.order ?? 0) * 2 + Number(key.endsWith('/screen'));
  const drawn = [...placed].sort((a, b) => rank(a.item.key, a.item.participant) - rank(b.item.key, b.item.participant));
  return (
    <>
      <div class="stage" ref={area} data-shape={shape}>
        {drawn.map(({ item, rect, role }) => {
          const person = people.get(item.participant)?.person;
          return person && <Tile key={item.key} item={item} rect={rect} role={role} person={person} video={videos.get(item.key)} />;
        })}
        {shape === 'empty' && call.self.value !== null && <p class="stage-empty">{t('alone.viewer')}</p>}
        {shape === 'alone' && call.people.value.length === 1 && <Alone />}
      </div>
      {pages > 1 && (
        <nav class="pager">
          <button type="button" class="button icon" aria-label={t('room.page.previous')} disabled={page === 0} onClick={() => (screen.page.value = page - 1)}>
            <Icon of={ChevronLeft} />
          </button>
          <span role="status" aria-label={t('room.page', { page: page + 1, pages })}>
            {page + 1} / {pages}
          </span>
          <button type="button" class="button icon" aria-label={t('room.page.next')} disabled={page === pages - 1} onClick={() => (screen.page.value = page + 1)}>
            <Icon of={ChevronRight} />
          </button>
        </nav>
      )}
    </>
  );
}
