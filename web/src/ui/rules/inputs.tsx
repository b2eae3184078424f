// Fields in which something is typed.

import { useState } from 'preact/hooks';
import { t } from '../../i18n';
import type { Control } from './RuleField';
import { entriesOf, listOf, localOf, momentOf, quoted, splitNames, unquoted } from './values';

/** A text; with lines one of several. */
export function TextInput({ value, set, shared, most, lines }: Control & { most: number; lines: boolean }) {
  const props = { ...shared, class: 'input', maxLength: most, value: unquoted(value) };
  if (lines) return <textarea {...(props as object)} rows={2} onInput={(event) => set(quoted(event.currentTarget.value))} />;
  return <input {...props} type="text" onInput={(event) => set(quoted(event.currentTarget.value))} />;
}

/** A whole number. The browser says what is wrong with it. */
export function NumberInput({ value, set, shared, low, high }: Control & { low: number; high: number }) {
  return <input {...shared} class="input" type="number" required min={low} max={high} step={1} value={value} onInput={(event) => set(event.currentTarget.value)} />;
}

/** Accounts, beside each other. What is being typed stays as it is typed while it means what holds. */
export function AccountsInput({ value, set, shared, required = false }: Control & { required?: boolean }) {
  const [typed, setTyped] = useState('');
  const shown = listOf(splitNames(typed)) === listOf(entriesOf(value) ?? []) ? typed : (entriesOf(value) ?? []).join(', ');
  const type = (text: string): void => {
    setTyped(text);
    set(listOf(splitNames(text)));
  };
  const hint = `${shared.id}-hint`;
  const described = [shared['aria-describedby'], hint].filter(Boolean).join(' ');
  return (
    <>
      <input
        {...shared} class="input" type="text" aria-describedby={described} required={required} value={shown}
        autocomplete="off" autocapitalize="none" spellcheck={false} onInput={(event) => type(event.currentTarget.value)}
      />
      <small id={hint} class="hint">
        {t('rules.accounts.hint')}
      </small>
    </>
  );
}

/** A date and a time, in the time zone of this device; empty: none. */
export function MomentInput({ value, set, shared }: Control) {
  const hint = `${shared.id}-hint`;
  const described = [shared['aria-describedby'], hint].filter(Boolean).join(' ');
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <>
      <input {...shared} class="input" type="datetime-local" aria-describedby={described} value={localOf(unquoted(value))} onInput={(event) => set(quoted(momentOf(event.currentTarget.value)))} />
      <small id={hint} class="hint">
        {t('rules.moment.hint', { zone })}
      </small>
    </>
  );
}
