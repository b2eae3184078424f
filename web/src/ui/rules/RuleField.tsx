import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import { t } from '../../i18n';
import { AccountsInput, MomentInput, NumberInput, TextInput } from './inputs';
import { SomeField } from './SomeField';
import type { Choice, Field } from './fields';
import { secondsOf, unitOf } from './values';
import { WhoField } from './WhoField';

interface Props {
  field: Field;
  /** as the server writes it */
  value: string;
  /** why it cannot be changed here; null when it can */
  fixed: string | null;
  /** the server did not take it */
  wrong: boolean;
  set(value: string): void;
}

/** What every way of setting a rule gets. */
export interface Control {
  value: string;
  set(value: string): void;
  /** for the element that takes the focus */
  shared: Pick<JSX.InputHTMLAttributes<HTMLInputElement>, 'disabled'> & { id: string; 'aria-describedby': string | undefined; 'aria-invalid': boolean | undefined; 'data-testid': string };
}

/** One rule: its words, and how it is set. What cannot be changed is shown with the reason. */
export function RuleField({ field, value, fixed, wrong, set }: Props) {
  const id = useId();
  const label = t(`rule.${field.key}`);
  const note = fixed !== null && (
    <small id={`${id}-fixed`} class="hint" data-testid={`fixed-${field.key}`}>
      {fixed}
    </small>
  );
  const shared = { id, disabled: fixed !== null, 'aria-describedby': fixed !== null ? `${id}-fixed` : undefined, 'aria-invalid': wrong || undefined, 'data-testid': `rule-${field.key}` };
  const control = { value, set, shared };
  if (field.kind === 'switch') {
    return (
      <label class="check">
        <input type="checkbox" role="switch" {...shared} checked={value === 'true'} onChange={(event) => set(String(event.currentTarget.checked))} />
        <span>
          {label}
          {note}
        </span>
      </label>
    );
  }
  if (field.kind === 'some') {
    return (
      <SomeField label={label} choices={field.choices} {...control}>
        {note}
      </SomeField>
    );
  }
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {controlOf(field, control, label)}
      {note}
    </div>
  );
}

function controlOf(field: Exclude<Field, { kind: 'switch' | 'some' }>, control: Control, label: string): JSX.Element {
  switch (field.kind) {
    case 'who':
      return <WhoField choices={field.choices} label={label} {...control} />;
    case 'choice':
      return <Select options={options(field.choices, control.value)} {...control} />;
    case 'duration':
      return <Select options={lengths(field, control.value)} {...control} value={lengthOf(control.value)} />;
    case 'accounts':
      return <AccountsInput {...control} />;
    case 'moment':
      return <MomentInput {...control} />;
    case 'number':
      return <NumberInput low={field.low} high={field.high} {...control} />;
    case 'text':
      return <TextInput most={field.most} lines={field.lines ?? false} {...control} />;
  }
}

type Option = readonly [value: string, text: string];

/** One of some values. */
export function Select({ value, set, shared, options }: Control & { options: readonly Option[] }) {
  return (
    <select class="select" {...(shared as object)} value={value} onChange={(event) => set(event.currentTarget.value)}>
      {options.map(([one, text]) => (
        <option key={one} value={one}>
          {text}
        </option>
      ))}
    </select>
  );
}

/** The choices, and what is set now where it is none of them. */
function options(choices: readonly Choice[], value: string): Option[] {
  const all = choices.map(([one, text]): Option => [one, t(text)]);
  return all.some(([one]) => one === value) ? all : [...all, [value, t('value.other', { value })]];
}

/** Durations are compared by their length, however they are written. */
function lengthOf(value: string): string {
  return `${secondsOf(value) ?? value}s`;
}

function lengths(field: Extract<Field, { kind: 'duration' }>, value: string): Option[] {
  const now = secondsOf(value);
  const all = now === null || field.seconds.includes(now) ? field.seconds : [...field.seconds, now].sort((a, b) => a - b);
  return all.map((seconds) => [`${seconds}s`, lengthText(seconds, field)]);
}

function lengthText(seconds: number, field: Extract<Field, { kind: 'duration' }>): string {
  if (seconds === 0 && field.zero) return t(field.zero);
  const { count, text } = unitOf(seconds);
  return t(text, { count });
}
