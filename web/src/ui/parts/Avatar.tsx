import { useLayoutEffect, useRef } from 'preact/hooks';
import { hueOf, initials } from '../people';

/** Initials on the person's colour. waiting: a picture is about to come. */
export function Avatar({ name, size = 40, waiting = false }: { name: string; size?: number; waiting?: boolean }) {
  const root = useRef<HTMLDivElement>(null);
  const pixels = Math.round(Math.max(24, size));
  useLayoutEffect(() => root.current?.style.setProperty('--size', `${pixels}px`), [pixels]);
  return (
    <div ref={root} class={`avatar hue-${hueOf(name)} ${waiting ? 'waiting' : ''}`} aria-hidden="true">
      {initials(name)}
    </div>
  );
}
