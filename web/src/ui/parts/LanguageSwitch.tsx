import { Languages } from 'lucide';
import { language, languages, setLanguage, t } from '../../i18n';
import { Icon } from './Icon';

/** Goes to the next language, named in that language. */
export function LanguageSwitch() {
  const next = languages[(languages.indexOf(language()) + 1) % languages.length]!;
  const code = next.toUpperCase();
  return (
    <button type="button" class="chip" lang={next} aria-label={`${code}: ${t('language.switch')}`} title={t('language.switch')} data-testid="lang" onClick={() => void setLanguage(next)}>
      <Icon of={Languages} size={18} />
      <span>{code}</span>
    </button>
  );
}
