import { LogIn } from 'lucide';
import { useRef, useState } from 'preact/hooks';
import type { CallError } from '../../call/types';
import { t } from '../../i18n';
import { asCallError, errorText } from '../meeting/errors';
import { useMeeting } from '../meeting/context';
import { Button } from '../parts/Button';
import { Icon } from '../parts/Icon';
import { Notice } from '../parts/Notice';
import { Page } from '../parts/Page';
import { remember, remembered } from '../storage';
import { Account } from './Account';
import { DeviceRows } from './DeviceRows';
import { Preview } from './Preview';
import { useAsked } from './permission';
import type { Account as Known } from './session';

type Busy = 'join' | 'bare' | null;

/** Who I am, how I look and sound, and in. Listening is never gated: both ways in are always there. */
export function Prejoin() {
  const { room, door, call, devices } = useMeeting();
  const asked = useAsked(devices);
  const [name, setName] = useState(() => door.name ?? remembered('name') ?? '');
  const [known, setKnown] = useState<Known | null>(null);
  const [nameProblem, setNameProblem] = useState(false);
  const [error, setError] = useState<CallError | null>(null);
  const [busy, setBusy] = useState<Busy>(null);
  const input = useRef<HTMLInputElement>(null);
  const vouched = !door.named && known?.account ? (known.name ?? '') : ''; // the server gives that name, whatever is written here
  const fixed = door.named || vouched !== '';

  const enter = async (kind: 'join' | 'bare'): Promise<void> => {
    if (busy) return;
    const trimmed = (vouched || name).trim();
    if (trimmed === '' && !door.key.invite) {
      setNameProblem(true);
      input.current?.focus();
      return;
    }
    if (!fixed && trimmed !== '') remember('name', trimmed);
    setError(null);
    setBusy(kind);
    try {
      if (kind === 'bare') {
        devices.setWantMic(false);
        devices.setWantCamera(false);
        devices.release();
      } else if (!(await asked.ready())) {
        return; // a device has a problem: it is shown, and the next click joins with what works
      }
      await call.join(room, trimmed, door.key);
    } catch (thrown) {
      setError(asCallError(thrown));
    } finally {
      setBusy(null);
    }
  };

  const submit = (event: Event): void => {
    event.preventDefault();
    void enter('join');
  };

  return (
    <Page>
      <main class="prejoin">
        <section class="prejoin-me" aria-label={t('prejoin.preview')}>
          <Preview asked={asked} />
          <DeviceRows asked={asked} />
        </section>
        <div class="prejoin-side">
          <form class="prejoin-form" onSubmit={submit} noValidate>
            <div>
              <p class="eyebrow">
                {t('prejoin.room')} <strong>{room}</strong>
              </p>
              <h1>{t('prejoin.title')}</h1>
            </div>
            <div class="field">
              <label for="name">{t('prejoin.name')}</label>
              <input
                id="name" ref={input} class="input" value={vouched || name} maxLength={64} autocomplete="name" autocapitalize="words" spellcheck={false} enterkeyhint="go" readOnly={fixed}
                onInput={(event) => (setName(event.currentTarget.value), setNameProblem(false))}
                aria-invalid={nameProblem} aria-describedby="name-hint" data-testid="prejoin-name"
              />
              <p id="name-hint" class={nameProblem ? 'problem' : 'hint'} role={nameProblem ? 'alert' : undefined}>
                {t(nameProblem ? 'prejoin.name.empty' : door.named ? 'prejoin.name.token' : vouched ? 'prejoin.name.account' : door.key.invite ? 'prejoin.name.invite' : 'prejoin.name.hint')}
              </p>
            </div>
            {error && (
              <Notice error>
                <p>{errorText(error)}</p>
              </Notice>
            )}
            <div class="prejoin-actions">
              <Button type="submit" class="primary large wide" busy={busy === 'join'} testid="prejoin-join">
                {busy !== 'join' && <Icon of={LogIn} />}
                {t(busy === 'join' ? 'prejoin.joining' : 'prejoin.join')}
              </Button>
              <Button class="quiet wide" busy={busy === 'bare'} onClick={() => void enter('bare')} testid="prejoin-bare">
                {t('prejoin.bare')}
              </Button>
            </div>
          </form>
          <Account failed={door.login} known={known} setKnown={setKnown} />
        </div>
      </main>
    </Page>
  );
}
