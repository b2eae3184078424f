import { useEffect, useState } from 'preact/hooks';
import { t } from '../../i18n';
import { errorText } from '../meeting/errors';
import { Button, useBusy } from '../parts/Button';
import { login, logout, session, type Account as Known } from './session';

/** For owners of rooms, where the server has accounts: logs in without leaving the room's page. */
export function Account() {
  const [known, setKnown] = useState<Known | null>(null);
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, run] = useBusy();
  useEffect(() => void session().then(setKnown), []);
  if (!known?.accounts) return null;
  if (known.account) {
    return (
      <p class="account" data-testid="account-in">
        {t('account.in', { name: known.account })}{' '}
        <Button class="quiet small" onClick={() => logout().then(() => setKnown({ ...known, account: '' }))}>
          {t('account.logout')}
        </Button>
      </p>
    );
  }
  const enter = async (): Promise<void> => {
    const answer = await login(name.trim(), password);
    if ('accounts' in answer) setKnown(answer);
    else setProblem(answer.code === 'bad_login' ? t('account.wrong') : errorText(answer));
    setPassword('');
  };
  return (
    <details class="account">
      <summary>{t('account.title')}</summary>
      <form onSubmit={(event) => (event.preventDefault(), run(enter))}>
        <p class="hint">{t('account.hint')}</p>
        <label class="field">
          <span>{t('account.name')}</span>
          <input class="input" value={name} autocomplete="username" autocapitalize="none" spellcheck={false} required onInput={(event) => setName(event.currentTarget.value)} data-testid="account-name" />
        </label>
        <label class="field">
          <span>{t('account.password')}</span>
          <input class="input" type="password" value={password} autocomplete="current-password" required onInput={(event) => setPassword(event.currentTarget.value)} data-testid="account-password" />
        </label>
        {problem && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        <Button type="submit" busy={busy} testid="account-login">
          {t('account.login')}
        </Button>
      </form>
    </details>
  );
}
