import type { ComponentChildren } from 'preact';
import { t } from '../../i18n';
import type { Choice } from './fields';
import type { Control } from './RuleField';
import { entriesOf } from './values';

/** Any of some words, each with a switch of its own. */
export function SomeField({ label, choices, value, set, shared, children }: Control & { label: string; choices: readonly Choice[]; children: ComponentChildren }) {
  const { id, disabled, 'data-testid': testid, ...described } = shared;
  const chosen = entriesOf(value) ?? [];
  const toggle = (word: string, on: boolean): void => {
    const words = choices.map(([one]) => one).filter((one) => (one === word ? on : chosen.includes(one)));
    set(`[${words.join(', ')}]`);
  };
  return (
    <div class="some" role="group" aria-labelledby={id} {...described} data-testid={testid}>
      <span id={id} class="some-title">
        {label}
      </span>
      {choices.map(([word, text]) => (
        <label key={word} class="check">
          <input type="checkbox" disabled={disabled ?? false} checked={chosen.includes(word)} onChange={(event) => toggle(word, event.currentTarget.checked)} data-testid={`${testid}.${word}`} />
          <span>{t(text)}</span>
        </label>
      ))}
      {children}
    </div>
  );
}
