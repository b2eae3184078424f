import { X } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../i18n';
import { useMeeting } from '../meeting/context';
import type { Panel } from '../meeting/screen';
import { Icon } from '../parts/Icon';

interface Props {
  name: Panel;
  title: string;
  /** what gets the focus when it opens; the panel itself when absent */
  focus?: string;
  children: ComponentChildren;
}

/** A panel beside the videos, over them on small screens. Opening takes the focus, closing gives it back. */
export function SidePanel({ name, title, focus, children }: Props) {
  const { screen } = useMeeting();
  const root = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    const wanted = focus && root.current?.querySelector<HTMLElement>(focus);
    (wanted || root.current)?.focus();
    return () => {
      // The panel is still in the page here; only take the focus away from it, not from elsewhere.
      const inside = document.activeElement === document.body || root.current?.contains(document.activeElement);
      if (inside) before?.focus();
    };
  }, []);
  return (
    <aside class="panel" id={`panel-${name}`} ref={root} data-region tabIndex={-1} aria-label={title}>
      <header>
        <h2>{title}</h2>
        <button type="button" class="button icon quiet" aria-label={t('close')} title={t('close')} onClick={() => (screen.panel.value = null)}>
          <Icon of={X} />
        </button>
      </header>
      {children}
    </aside>
  );
}
