import { useEffect, useState } from 'preact/hooks';
import type { CallError } from '../../call/types';
import { t } from '../../i18n';
import type { Setting } from '../../protocol/messages.gen';
import { asCallError, errorText } from '../meeting/errors';
import { useMeeting } from '../meeting/context';
import { Button, useBusy } from '../parts/Button';
import { Notice } from '../parts/Notice';
import { GROUPS, ruleText } from './fields';
import { Presets } from './Presets';
import { RuleField } from './RuleField';

/** Every rule in plain words. What is changed here holds when it is saved, all of it or nothing. */
export function RulesTab() {
  const { call, announcer } = useMeeting();
  const [settings, setSettings] = useState<ReadonlyMap<string, Setting> | null>(null);
  const [changed, setChanged] = useState<ReadonlyMap<string, string>>(new Map());
  const [problem, setProblem] = useState<CallError | null>(null);

  const take = (list: Setting[]): void => {
    setSettings(new Map(list.map((setting) => [setting.key, setting])));
    setChanged(new Map());
    setProblem(null);
  };
  const attempt = async (what: () => Promise<{ settings: Setting[] }>): Promise<boolean> => {
    try {
      take((await what()).settings);
      return true;
    } catch (thrown) {
      setProblem(asCallError(thrown));
      return false;
    }
  };
  useEffect(() => void attempt(() => call.request('get_settings', {})), []);

  const apply = (values: Iterable<readonly [string, string]>, said: string) => async (): Promise<void> => {
    const wanted = [...values].filter(([key]) => !settings?.get(key)?.forced).map(([key, value]) => ({ key, value }));
    if (wanted.length > 0 && (await attempt(() => call.request('configure', { settings: wanted })))) announcer.say(said);
  };
  const [saving, save] = useBusy();
  const submit = (event: Event): void => {
    event.preventDefault();
    save(apply(changed, t('rules.saved')));
  };

  const trouble = problem && (
    <Notice error>
      <p>{problemText(problem)}</p>
    </Notice>
  );
  if (!settings) return trouble || <p>{t('rules.loading')}</p>;
  return (
    <form class="rules" onSubmit={submit} data-testid="rules">
      <Presets apply={apply} settings={settings} />
      {GROUPS.map(({ title, fields }) => (
        <fieldset key={title}>
          <legend>{t(title)}</legend>
          {fields.map((field) => {
            const setting = settings.get(field.key);
            if (!setting) return null;
            const set = (value: string): void => setChanged(new Map(changed).set(field.key, value));
            return <RuleField key={field.key} field={field} value={changed.get(field.key) ?? setting.value} fixed={fixedText(setting)} wrong={problem?.setting === field.key} set={set} />;
          })}
        </fieldset>
      ))}
      {trouble}
      <div class="rules-save">
        <Button type="submit" class="primary wide" busy={saving} testid="rules-save">
          {t('rules.save')}
        </Button>
      </div>
    </form>
  );
}

/** Why a rule cannot be changed here, and where it was decided; null when it can be changed. */
function fixedText({ forced, origin, owners_only }: Setting): string | null {
  if (forced) return t('rules.forced', { place: origin.slice(origin.indexOf(', ') + 1).trim() });
  return owners_only ? t('rules.owners_only') : null;
}

/** What went wrong, and with which rule. */
function problemText(problem: CallError): string {
  const rule = problem.setting === undefined ? null : ruleText(problem.setting);
  return rule && problem.code === 'bad_setting' ? t('error.bad_setting.named', { rule: t(rule) }) : errorText(problem);
}
