import { t } from '../../i18n';
import { shortcuts } from '../keys';
import { useMeeting } from '../meeting/context';
import { setLetters } from '../meeting/screen';
import { Dialog } from '../parts/Dialog';

/** Every shortcut, and the switch that turns single letters off. */
export function HelpDialog() {
  const { screen } = useMeeting();
  return (
    <Dialog open={screen.dialog.value === 'help'} title={t('help.title')} onClose={() => screen.dialog.peek() === 'help' && (screen.dialog.value = null)}>
      <dl class="shortcuts">
        {shortcuts.map(({ action, keys }) => (
          <div key={action}>
            <dt>{t(`help.${action}`)}</dt>
            <dd>
              {keys.map((key, i) => (
                <span key={key}>
                  {i > 0 && ` ${t('help.or')} `}
                  <kbd>{key === 'space' || key === 'escape' ? t(`key.${key}`) : key}</kbd>
                </span>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input type="checkbox" role="switch" checked={screen.letters.value} onChange={(event) => setLetters(screen, event.currentTarget.checked)} />
        <span>
          {t('help.letters')}
          <small>{t('help.letters.hint')}</small>
        </span>
      </label>
    </Dialog>
  );
}
