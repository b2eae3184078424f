import { Ellipsis, EyeOff, Grid2x2, Keyboard, LayoutDashboard, LayoutGrid, Maximize, Minimize, MonitorUp, MonitorX, ScrollText, Settings, UserRound, type IconNode } from 'lucide';
import type { ComponentChildren } from 'preact';
import { t } from '../../i18n';
import type { Mode } from '../../layout/types';
import { useMeeting } from '../meeting/context';
import { chooseMode, modes, setHideSelf } from '../meeting/screen';
import { may } from '../order/access';
import { Icon } from '../parts/Icon';
import { canShare, toggleScreen } from './actions';
import { Popover } from '../parts/Popover';
import { ToolButton } from './ToolButton';

const modeIcons: Record<Mode, IconNode> = { auto: LayoutDashboard, grid: Grid2x2, speaker: UserRound };

/** How the tiles are arranged. On phones this is part of "more". */
export function LayoutTool() {
  return (
    <Popover
      label={t('toolbar.layout')} align="end"
      button={({ 'aria-expanded': expanded, 'aria-controls': controls, onClick }) => (
        <ToolButton class="wide-tool" icon={LayoutGrid} text={t('toolbar.layout')} shortcut="W" expanded={expanded} controls={controls} onClick={onClick} testid="toolbar-layout" />
      )}
    >
      {(close) => (
        <div class="menu">
          <LayoutChoices close={close} />
        </div>
      )}
    </Popover>
  );
}

/** The rest. */
export function MoreTool() {
  const meeting = useMeeting();
  const { screen, call } = meeting;
  const sharing = call.screenOn.value;
  const full = document.fullscreenElement !== null;
  return (
    <Popover
      label={t('toolbar.more')} align="end"
      button={({ 'aria-expanded': expanded, 'aria-controls': controls, onClick }) => (
        <ToolButton icon={Ellipsis} text={t('toolbar.more')} expanded={expanded} controls={controls} onClick={onClick} testid="toolbar-more" />
      )}
    >
      {(close) => (
        <div class="menu">
          {canShare() && (
            <div class="share-in-menu">
              <MenuButton icon={sharing ? MonitorX : MonitorUp} onClick={() => (close(), void toggleScreen(meeting))}>
                {t(sharing ? 'room.sharing.stop' : 'toolbar.share.start')}
              </MenuButton>
            </div>
          )}
          <div class="phone-only">
            <LayoutChoices close={close} />
            <hr />
          </div>
          <MenuButton icon={Settings} testid="more-settings" onClick={() => (close(), (screen.dialog.value = 'settings'))}>
            {t('more.settings')}
          </MenuButton>
          {may(call, 'set_policy') && (
            <MenuButton icon={ScrollText} onClick={() => (close(), (screen.dialog.value = 'rules'))}>
              {t('manage.rules')}
            </MenuButton>
          )}
          {document.fullscreenEnabled && (
            <MenuButton icon={full ? Minimize : Maximize} onClick={() => (close(), void toggleFullscreen())}>
              {t(full ? 'more.fullscreen.leave' : 'more.fullscreen')}
            </MenuButton>
          )}
          <MenuButton icon={Keyboard} testid="more-help" onClick={() => (close(), (screen.dialog.value = 'help'))}>
            {t('more.help')}
          </MenuButton>
        </div>
      )}
    </Popover>
  );
}

function LayoutChoices({ close }: { close(): void }) {
  const { screen } = useMeeting();
  const hide = screen.hideSelf.value;
  return (
    <>
      {modes.map((mode) => (
        <MenuButton key={mode} icon={modeIcons[mode]} pressed={screen.mode.value === mode} hint={t(`layout.${mode}.hint`)} onClick={() => (chooseMode(screen, mode), close())}>
          {t(`layout.${mode}`)}
        </MenuButton>
      ))}
      <hr />
      <MenuButton icon={EyeOff} pressed={hide} onClick={() => setHideSelf(screen, !hide)}>
        {t('layout.hide.self')}
      </MenuButton>
    </>
  );
}

function MenuButton({ icon, pressed, hint, testid, onClick, children }: { icon: IconNode; pressed?: boolean; hint?: string; testid?: string; onClick(): void; children: ComponentChildren }) {
  return (
    <button type="button" class="menu-button" aria-pressed={pressed} onClick={onClick} data-testid={testid}>
      <Icon of={icon} />
      <span>
        {children}
        {hint && <small>{hint}</small>}
      </span>
    </button>
  );
}

async function toggleFullscreen(): Promise<void> {
  await (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()).catch(() => undefined);
}
