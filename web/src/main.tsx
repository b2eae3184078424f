import { render } from 'preact';
import { startLanguage } from './i18n';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/page.css';
import { App } from './ui/App';
import { startRoute } from './ui/route';

const place = document.getElementById('app');
if (place) {
  startRoute();
  void startLanguage().then(() => render(<App />, place));
}
