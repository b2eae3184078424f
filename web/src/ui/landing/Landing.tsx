import { ArrowRight, Shuffle } from 'lucide';
import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../../i18n';
import '../../styles/landing.css';
import { failedLogin } from '../failed';
import { Icon } from '../parts/Icon';
import { Notice } from '../parts/Notice';
import { Page } from '../parts/Page';
import { pathOf, proposal, understand } from '../rooms';
import { go } from '../route';
import { Art } from './Art';
import { Recent } from './Recent';

/** One field, one button. */
export function Landing() {
  const [text, setText] = useState(proposal);
  const [problem, setProblem] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const [failed] = useState(() => new URLSearchParams(location.hash.slice(1)).get('login'));
  useEffect(() => {
    if (failed) history.replaceState(history.state, '', location.pathname);
  }, []);

  const open = (event: Event): void => {
    event.preventDefault();
    const typed = understand(text, location.origin);
    switch (typed.kind) {
      case 'room':
        return go(pathOf(typed.name) + typed.rest);
      case 'elsewhere':
        return location.assign(typed.url);
      case 'empty':
        setProblem(t('landing.empty'));
        break;
      case 'reserved':
        setProblem(t('landing.reserved', { name: typed.name }));
        break;
      case 'invalid':
        setProblem(t('landing.invalid', { suggestion: typed.suggestion }));
    }
    input.current?.focus();
  };

  const change = (value: string): void => {
    setText(value);
    setProblem(null);
  };

  return (
    <Page footer={t('landing.foot')}>
      <main class="landing">
        <div>
          <h1>{t('landing.title')}</h1>
          <p class="lead">{t('landing.lead')}</p>
          {failed && <Notice error>{failedLogin(failed)}</Notice>}
          <form onSubmit={open} noValidate>
            <div class="field">
              <label for="room">{t('landing.room')}</label>
              <div class="with-button">
                <input
                  id="room" ref={input} class="input" value={text} onInput={(event) => change(event.currentTarget.value)} onFocus={(event) => event.currentTarget.select()}
                  autocomplete="off" autocapitalize="none" spellcheck={false} enterkeyhint="go" maxLength={500}
                  aria-invalid={problem !== null} aria-describedby={problem ? 'room-problem' : undefined} data-testid="landing-room"
                />
                <button type="button" class="button icon quiet" aria-label={t('landing.random')} title={t('landing.random')} onClick={() => change(proposal())}>
                  <Icon of={Shuffle} />
                </button>
              </div>
              {problem && (
                <p id="room-problem" class="problem" role="alert">
                  {problem}
                </p>
              )}
            </div>
            <button type="submit" class="button primary large" data-testid="landing-go">
              {t('landing.go')}
              <Icon of={ArrowRight} />
            </button>
          </form>
          <Recent />
        </div>
        <Art />
      </main>
    </Page>
  );
}
