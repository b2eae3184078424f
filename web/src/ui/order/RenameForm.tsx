import { useEffect, useRef, useState } from 'preact/hooks';
import type { Person } from '../../call/types';
import { t } from '../../i18n';
import { asCallError, errorText } from '../meeting/errors';
import { useMeeting } from '../meeting/context';
import { Button, useBusy } from '../parts/Button';
import { remember } from '../storage';

/** Gives oneself another name, here and for the next time. */
export function RenameForm({ person, close }: { person: Person; close(): void }) {
  const { call, announcer } = useMeeting();
  const [name, setName] = useState(person.name);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, run] = useBusy();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  const rename = async (): Promise<void> => {
    try {
      await call.request('rename', { name: name.trim() });
    } catch (thrown) {
      setProblem(errorText(asCallError(thrown)));
      field.current?.focus();
      return;
    }
    remember('name', name.trim());
    announcer.say(t('person.renamed', { name: name.trim() }));
    close();
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    run(rename);
  };
  return (
    <form class="person-menu" aria-label={t('person.rename')} onSubmit={submit}>
      <label class="field">
        <span>{t('person.rename.name')}</span>
        <input
          ref={field} class="input" value={name} required maxLength={64} autocomplete="name" autocapitalize="words" spellcheck={false} aria-invalid={problem !== null}
          onInput={(event) => setName(event.currentTarget.value)} data-testid="rename-name"
        />
      </label>
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <div class="row-actions">
        <Button type="submit" class="primary" busy={busy} testid="rename-now">
          {t('person.rename.now')}
        </Button>
        <Button onClick={close}>{t('manage.cancel')}</Button>
      </div>
    </form>
  );
}
