import { useRef } from 'preact/hooks';
import { t } from '../../i18n';
import { useMeeting } from '../meeting/context';
import { Banners, Hints, Sharing } from './Banners';
import { ChatPanel } from './ChatPanel';
import { Header } from './Header';
import { HelpDialog } from './HelpDialog';
import { PeoplePanel } from './PeoplePanel';
import { SettingsDialog } from './SettingsDialog';
import { Stage } from './Stage';
import { Toolbar } from './Toolbar';
import { useKeyboard } from './useKeyboard';
import { useOrderNews } from '../order/useOrderNews';
import { RulesDialog } from '../rules/RulesDialog';
import { useNews } from './useNews';

/** The call. Four regions: header, videos, panel, toolbar; F6 goes around. */
export function Room() {
  const { screen, call } = useMeeting();
  const root = useRef<HTMLDivElement>(null);
  useKeyboard(root);
  useNews();
  useOrderNews();
  const panel = screen.panel.value;
  return (
    <div class="room dark" ref={root} data-phase={call.phase.value}>
      <Header />
      <main class="room-stage" data-region tabIndex={-1} aria-label={t('room.region.stage')}>
        <h1 class="sr">{t('room.title', { name: call.room.value?.title ?? '' })}</h1>
        <Sharing />
        <Stage />
        <Banners />
        <Hints />
      </main>
      {panel === 'chat' && <ChatPanel />}
      {panel === 'people' && <PeoplePanel />}
      <Toolbar />
      <HelpDialog />
      <SettingsDialog />
      <RulesDialog />
    </div>
  );
}
