import type { IconNode } from 'lucide';
import type { Ref } from 'preact';
import { t } from '../../i18n';
import { useBusy } from '../parts/Button';
import { Icon } from '../parts/Icon';

interface Props {
  icon: IconNode;
  /** the word under the icon */
  text: string;
  /** what a click does, in full; contains the word */
  label?: string;
  shortcut?: string;
  onClick(): void | Promise<unknown>;
  tone?: 'off' | 'active' | 'leave';
  expanded?: boolean;
  pressed?: boolean;
  /** for a control that needs a right: what it offers now */
  access?: string;
  controls?: string;
  badge?: number;
  testid?: string;
  buttonRef?: Ref<HTMLButtonElement>;
  class?: string;
}

/** One button of the toolbar: icon, word, and a name that says what it does. */
export function ToolButton({ icon, text, label = text, shortcut, onClick, tone, expanded, pressed, access, controls, badge = 0, testid, buttonRef, class: className = '' }: Props) {
  const [busy, run] = useBusy();
  return (
    <button
      type="button" ref={buttonRef} class={`tool ${tone ?? ''} ${className}`} aria-label={label} title={shortcut ? t('toolbar.shortcut', { label, key: shortcut }) : label} aria-keyshortcuts={shortcut}
      aria-pressed={pressed} aria-expanded={expanded} aria-controls={controls} aria-busy={busy || undefined} onClick={() => run(onClick)} data-testid={testid} data-access={access}
    >
      <span class="tool-icon">
        {busy ? <span class="spinner" aria-hidden="true" /> : <Icon of={icon} size={22} />}
        {badge > 0 && <span class="badge" data-count={badge > 99 ? '99+' : badge} />}
      </span>
      <span class="tool-text">{text}</span>
    </button>
  );
}
