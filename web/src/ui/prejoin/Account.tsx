import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../../i18n';
import { errorText } from '../meeting/errors';
import { Button, useBusy } from '../parts/Button';
import { Notice } from '../parts/Notice';
import { failedLogin } from '../failed';
import { login, logout, referral, session, type Account as Known } from './session';

interface Props {
  /** the code with which a login at the provider failed; null: none did */
  failed: string | null;
  known: Known | null;
  setKnown: (known: Known) => void;
}

/** For people with an account, where the server has any: logs in without losing the room's page. */
export function Account({ failed, known, setKnown }: Props) {
  const inside = useRef<HTMLParagraphElement>(null);
  const [left, setLeft] = useState(true);
  useEffect(() => void session().then(setKnown), []);
  if (!known?.accounts && !known?.oidc) return null;
  if (known.account) {
    const leave = async (): Promise<void> => {
      setLeft(await logout());
      setKnown(await session());
    };
    return (
      <div class="account">
        <p ref={inside} tabIndex={-1} data-testid="account-in">
          {t('account.in', { name: known.name ? `${known.name} (${known.account})` : known.account })}{' '}
          <Button class="quiet small" onClick={leave} testid="account-logout">
            {t('account.logout')}
          </Button>
        </p>
        {!left && <Notice error>{t('account.logout.failed')}</Notice>}
      </div>
    );
  }
  const enter = (answer: Known): void => {
    setKnown(answer);
    requestAnimationFrame(() => inside.current?.focus()); // the form that had the focus is gone
  };
  return (
    <div class="account">
      {failed && <Notice error>{failedLogin(failed)}</Notice>}
      {known.oidc && (
        <a class="button wide" href={referral(known.oidc.url, location.pathname + location.search)} data-testid="oidc-login">
          {t('account.oidc', { name: known.oidc.name })}
        </a>
      )}
      {known.accounts && <PasswordForm enter={enter} />}
    </div>
  );
}

function PasswordForm({ enter }: { enter: (answer: Known) => void }) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, run] = useBusy();
  const field = useRef<HTMLInputElement>(null);
  const send = async (): Promise<void> => {
    setProblem(null); // so that the same sentence is read aloud again
    const answer = await login(name.trim(), password);
    if ('accounts' in answer) return enter(answer);
    setProblem(answer.code === 'bad_login' ? t('account.wrong') : errorText(answer));
    field.current?.select();
  };
  return (
    <details>
      <summary>{t('account.title')}</summary>
      <form onSubmit={(event) => (event.preventDefault(), run(send))}>
        <p class="hint">{t('account.hint')}</p>
        <label class="field">
          <span>{t('account.name')}</span>
          <input class="input" value={name} autocomplete="username" autocapitalize="none" spellcheck={false} required onInput={(event) => setName(event.currentTarget.value)} data-testid="account-name" />
        </label>
        <label class="field">
          <span>{t('account.password')}</span>
          <input
            ref={field} class="input" type="password" value={password} autocomplete="current-password" required onInput={(event) => setPassword(event.currentTarget.value)}
            aria-invalid={problem !== null} aria-describedby={problem ? 'account-problem' : undefined} data-testid="account-password"
          />
        </label>
        {problem && (
          <p id="account-problem" class="problem" role="alert">
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
