// From what is in the room to where it is on the screen, and from there to the View.

import { useComputed, useSignal, useSignalEffect, type ReadonlySignal, type Signal } from '@preact/signals';
import { useEffect, type MutableRef } from 'preact/hooks';
import type { Person, Video } from '../../call/types';
import { arrange } from '../../layout/arrange';
import { emptyFloor, promote } from '../../layout/promote';
import type { Arrangement, Item, Size } from '../../layout/types';
import { viewOf } from '../../layout/view';
import { useMeeting } from '../meeting/context';

/** After this long in the background the pictures stop, in milliseconds. */
const hiddenAfter = 5000;

/** Everybody's camera, on or off, and every screen, in order of arrival. Who only watches has no camera to be off. */
export function itemsOf(people: readonly Person[], videos: readonly Video[], hideSelf: boolean): Item[] {
  const screens = new Set(videos.filter((video) => video.source === 'screen').map((video) => video.participant));
  return people.flatMap(({ id, self, watcher, role, cameraOn }) => {
    const items: Item[] = [];
    const wanted = !self || !hideSelf || people.length === 1;
    if (wanted && ((!watcher && role !== 'viewer') || cameraOn)) items.push({ key: `${id}/camera`, participant: id, source: 'camera', self });
    if (screens.has(id)) items.push({ key: `${id}/screen`, participant: id, source: 'screen', self });
    return items;
  });
}

/** The arrangement for the area; also tells the call what is shown. */
export function useStage(area: MutableRef<HTMLElement | null>): ReadonlySignal<Arrangement> {
  const { call, screen } = useMeeting();
  const size = useSize(area);
  const speaker = useFloor();
  const visible = useVisible();

  // What everybody is shown large, unless one has chosen something oneself. Nobody is large to themselves.
  const spotlit = useComputed(() => {
    const light = call.room.value?.spotlight;
    return light?.participant && light.participant !== call.self.value ? `${light.participant}/${light.source ?? 'camera'}` : null;
  });
  const arrangement = useComputed(() =>
    arrange({
      area: size.value,
      items: itemsOf(call.people.value, call.videos.value, screen.hideSelf.value),
      mode: screen.mode.value,
      speaker: speaker.value,
      pinned: screen.pinned.value ?? spotlit.value,
      page: screen.page.value,
    }),
  );

  useSignalEffect(() => {
    const live = new Set(call.videos.value.map((video) => video.key));
    call.setTiles(visible.value ? viewOf(arrangement.value, (key) => live.has(key), screen.pinned.value) : []);
  });
  return arrangement;
}

function useSize(area: MutableRef<HTMLElement | null>): Signal<Size> {
  const size = useSignal<Size>({ width: 0, height: 0 });
  useEffect(() => {
    const element = area.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = element;
      const old = size.peek();
      if (old.width !== width || old.height !== height) size.value = { width, height };
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return size;
}

/** Who is large in speaker view; time passes also when nothing else changes. */
function useFloor(): ReadonlySignal<string | null> {
  const { call } = useMeeting();
  const floor = useSignal(emptyFloor);
  useEffect(() => {
    const tick = (): void => {
      const others = call.people.peek().filter((person) => !person.self).map((person) => person.id);
      const loudest = call.speakers.peek().find((id) => others.includes(id)) ?? null;
      floor.value = promote(floor.peek(), loudest, others, performance.now());
    };
    tick();
    const timer = setInterval(tick, 500);
    return () => clearInterval(timer);
  }, []);
  return useComputed(() => floor.value.shown);
}

/** False when the page has been in the background for a while: nobody looks, so nothing needs to be sent. */
function useVisible(): ReadonlySignal<boolean> {
  const visible = useSignal(true);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const change = (): void => {
      clearTimeout(timer);
      if (document.hidden) timer = setTimeout(() => (visible.value = false), hiddenAfter);
      else visible.value = true;
    };
    document.addEventListener('visibilitychange', change);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', change);
    };
  }, []);
  return visible;
}
