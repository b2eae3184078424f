import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';

interface Props {
  /** draws the button that opens it */
  button(props: { 'aria-expanded': boolean; 'aria-controls': string; onClick(): void }): ComponentChildren;
  children(close: () => void): ComponentChildren;
  label: string;
  /** where it hangs on its button */
  align?: 'start' | 'center' | 'end';
  /** below the button instead of above */
  below?: boolean;
}

/** A small panel beside its button. Escape, a click outside or leaving by Tab close it; Escape gives the focus back. */
export function Popover({ button, children, label, align = 'center', below = false }: Props) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const root = useRef<HTMLDivElement>(null);
  const panel = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (!open) return;
    panel.current?.querySelector<HTMLElement>('button, select, input, a')?.focus();
    const outside = (event: Event): void => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', outside);
    document.addEventListener('focusin', outside);
    return () => {
      document.removeEventListener('pointerdown', outside);
      document.removeEventListener('focusin', outside);
    };
  }, [open]);

  const escape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !open) return;
    event.stopPropagation();
    close();
  };
  const close = (): void => {
    setOpen(false);
    root.current?.querySelector<HTMLElement>('[aria-expanded]')?.focus();
  };

  return (
    <div class="popover-root" ref={root} onKeyDown={escape}>
      {button({ 'aria-expanded': open, 'aria-controls': id, onClick: () => setOpen(!open) })}
      <div id={id} ref={panel} class={`popover ${align} ${below ? 'below' : 'above'}`} role="group" aria-label={label} hidden={!open}>
        {open && children(close)}
      </div>
    </div>
  );
}
