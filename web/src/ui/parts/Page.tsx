import type { ComponentChildren } from 'preact';
import { t } from '../../i18n';
import { go } from '../route';
import { Logo } from './Icon';
import { LanguageSwitch } from './LanguageSwitch';

/** The frame of the screens around a call: the brand leads home, the language is one click away. */
export function Page({ children, footer }: { children: ComponentChildren; footer?: string }) {
  const home = (event: MouseEvent): void => {
    event.preventDefault();
    go('/');
  };
  return (
    <div class="page">
      <header class="page-header">
        <a class="brand" href="/" onClick={home} title={t('prejoin.home')}>
          <Logo />
          Salon
        </a>
        <LanguageSwitch />
      </header>
      {children}
      {footer && <footer class="page-footer">{footer}</footer>}
    </div>
  );
}
