import { useSignalEffect } from '@preact/signals';
import { useRef, useState } from 'preact/hooks';
import { t } from '../../i18n';
import { useMeeting } from '../meeting/context';

const bars = 6;

/** How loud the microphone hears, also while it is muted. Drawn past the virtual DOM: it changes many times a second. */
export function Level() {
  const { devices } = useMeeting();
  const root = useRef<HTMLSpanElement>(null);
  const [heard, setHeard] = useState(false);
  useSignalEffect(() => {
    const level = devices.level.value;
    if (level > 0.15) setHeard(true);
    for (const [i, bar] of [...(root.current?.children ?? [])].entries()) bar.classList.toggle('on', level > (i + 0.4) / (bars + 2));
  });
  return (
    <>
      <span class="level" ref={root} title={t('device.level')} aria-hidden="true">
        {Array.from({ length: bars }, (_, i) => (
          <i key={i} />
        ))}
      </span>
      <span class="sr" role="status">
        {heard ? t('device.heard') : ''}
      </span>
    </>
  );
}
