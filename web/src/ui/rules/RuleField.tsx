import { useId } from 'preact/hooks';
import { t } from '../../i18n';
import { quoted, secondsOf, unitOf, unquoted, type Field } from './fields';

interface Props {
  field: Field;
  /** as the server writes it */
  value: string;
  forced: boolean;
  set(value: string): void;
}

/** One rule: its words, and how it is set. What the server forces is shown and cannot be changed. */
export function RuleField({ field, value, forced, set }: Props) {
  const id = useId();
  const label = t(`rule.${field.key}`);
  const hint = forced ? `${id}-forced` : undefined;
  const shared = { id, disabled: forced, 'aria-describedby': hint, 'data-testid': `rule-${field.key}` };
  const note = forced && (
    <small id={hint} class="hint">
      {t('rules.forced')}
    </small>
  );
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
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {field.kind === 'choice' || field.kind === 'duration' ? (
        <select class="select" {...shared} value={current(field, value)} onChange={(event) => set(event.currentTarget.value)}>
          {options(field, value).map(([one, text]) => (
            <option key={one} value={one}>
              {text}
            </option>
          ))}
        </select>
      ) : (
        <input
          class="input" {...shared} type={field.kind} value={field.kind === 'text' ? unquoted(value) : value} maxLength={500}
          onInput={(event) => set(field.kind === 'text' ? quoted(event.currentTarget.value) : event.currentTarget.value)}
        />
      )}
      {note}
    </div>
  );
}

type Chosen = Extract<Field, { kind: 'choice' | 'duration' }>;

/** Durations are compared by their length, however they are written. */
function current(field: Chosen, value: string): string {
  return field.kind === 'duration' ? `${secondsOf(value) ?? value}s` : value;
}

/** The choices, and what is set now where it is none of them: a list of accounts, or a length of one's own. */
function options(field: Chosen, value: string): [value: string, text: string][] {
  const all: [string, string][] = field.kind === 'choice' ? field.choices.map(([one, text]) => [one, t(text)]) : field.seconds.map((seconds) => [`${seconds}s`, lengthText(seconds, field)]);
  const now = current(field, value);
  return all.some(([one]) => one === now) ? all : [...all, [now, t('value.other', { value })]];
}

function lengthText(seconds: number, field: Extract<Field, { kind: 'duration' }>): string {
  if (seconds === 0 && field.zero) return t(field.zero);
  const { count, text } = unitOf(seconds);
  return t(text, { count });
}
