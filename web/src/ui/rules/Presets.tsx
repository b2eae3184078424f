import { t } from '../../i18n';
import type { Setting } from '../../protocol/messages.gen';
import { Button } from '../parts/Button';
import { PRESETS } from './presets.gen';

type Name = keyof typeof PRESETS;
const names = Object.keys(PRESETS) as Name[];

interface Props {
  settings: ReadonlyMap<string, Setting>;
  apply(values: Iterable<readonly [string, string]>, said: string): () => Promise<void>;
}

/** The preset that all its settings agree with, or null. Forced ones do not count: nobody can have them otherwise. */
export function presetOf(settings: ReadonlyMap<string, Pick<Setting, 'value' | 'forced'>>): Name | null {
  return names.find((name) => Object.entries(PRESETS[name]).every(([key, value]) => settings.get(key)?.forced || settings.get(key)?.value === value)) ?? null;
}

/** Kinds of meetings, each with rules that fit it. */
export function Presets({ settings, apply }: Props) {
  const now = presetOf(settings);
  return (
    <fieldset class="presets">
      <legend>{t('rules.preset')}</legend>
      <p class="hint">{t('rules.preset.hint')}</p>
      <div>
        {names.map((name) => (
          <Button key={name} class="preset" aria-pressed={now === name} onClick={apply(Object.entries(PRESETS[name]), t('rules.preset.applied', { name: t(`preset.${name}`) }))} testid={`preset-${name}`}>
            <span>
              <strong>{t(`preset.${name}`)}</strong>
              <small>{t(`preset.${name}.hint`)}</small>
            </span>
          </Button>
        ))}
      </div>
    </fieldset>
  );
}
