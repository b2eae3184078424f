import { useEffect, useState } from 'preact/hooks';
import { t } from '../../i18n';
import type { Setting } from '../../protocol/messages.gen';
import { asCallError, errorText } from '../meeting/errors';
import { useMeeting } from '../meeting/context';
import { Button } from '../parts/Button';
import { Notice } from '../parts/Notice';
import { GROUPS } from './fields';
import { Presets } from './Presets';
import { RuleField } from './RuleField';

/** Every rule in plain words. What is changed here holds when it is saved, all of it or nothing. */
export function RulesTab() {
  const { call, announcer } = useMeeting();
  const [settings, setSettings] = useState<ReadonlyMap<string, Setting> | null>(null);
  const [changed, setChanged] = useState<ReadonlyMap<string, string>>(new Map());
  const [problem, setProblem] = useState<string | null>(null);

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
      setProblem(errorText(asCallError(thrown)));
      return false;
    }
  };
  useEffect(() => void attempt(() => call.request('get_settings', {})), []);

  const apply = (values: Iterable<readonly [string, string]>, said: string) => async (): Promise<void> => {
    const wanted = [...values].filter(([key]) => !settings?.get(key)?.forced).map(([key, value]) => ({ key, value }));
    if (wanted.length > 0 && (await attempt(() => call.request('configure', { settings: wanted })))) announcer.say(said);
  };

  const trouble = problem && (
    <Notice error>
      <p>{problem}</p>
    </Notice>
  );
  if (!settings) return trouble || <p>{t('rules.loading')}</p>;
  return (
    <div class="rules" data-testid="rules">
      <Presets apply={apply} settings={settings} />
      {GROUPS.map(({ title, fields }) => (
        <fieldset key={title}>
          <legend>{t(title)}</legend>
          {fields.map((field) => {
            const setting = settings.get(field.key);
            if (!setting) return null;
            const set = (value: string): void => setChanged(new Map(changed).set(field.key, value));
            return <RuleField key={field.key} field={field} value={changed.get(field.key) ?? setting.value} forced={setting.forced} set={set} />;
          })}
        </fieldset>
      ))}
      {trouble}
      <div class="rules-save">
        <Button class="primary wide" aria-disabled={changed.size === 0} onClick={apply(changed, t('rules.saved'))} testid="rules-save">
          {t('rules.save')}
        </Button>
      </div>
    </div>
  );
}
