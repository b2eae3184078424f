import { LogOut, MessageSquare, MonitorUp, MonitorX, Users } from 'lucide';
import { t } from '../../i18n';
import { useMeeting } from '../meeting/context';
import { togglePanel } from '../meeting/screen';
import { canShare, toggleScreen } from './actions';
import { AskTool, CameraTool, MicrophoneTool } from './DeviceTools';
import { access, manages } from '../order/access';
import { HandTool } from '../order/HandTool';
import { LayoutTool, MoreTool } from './MenuTools';
import { ToolButton } from './ToolButton';
import { unreadOf } from './unread';

/** Everything one does in a call, always visible, in words and icons. */
export function Toolbar() {
  const meeting = useMeeting();
  const { call, screen } = meeting;
  const panel = screen.panel.value;
  const asking = manages(call) && panel !== 'people' ? call.order.lobby.value.length + call.order.requests.value.length : 0;
  const unread = panel === 'chat' ? 0 : unreadOf(call.chat.value, screen.read.value);
  return (
    <footer class="toolbar" data-region tabIndex={-1} aria-label={t('room.region.toolbar')}>
      <MicrophoneTool />
      <CameraTool />
      {canShare() && <ShareTool />}
      <HandTool />
      <span class="divider" />
      <ToolButton
        icon={MessageSquare} text={t('toolbar.chat')} label={unread > 0 ? t('toolbar.chat.unread', { count: unread }) : t('toolbar.chat')} shortcut="C" badge={unread}
        expanded={panel === 'chat'} controls="panel-chat" onClick={() => togglePanel(screen, 'chat')} testid="toolbar-chat"
      />
      <ToolButton
        icon={Users} text={t('toolbar.people')} label={asking > 0 ? t('toolbar.people.asking', { count: asking }) : t('toolbar.people')} shortcut="P" badge={asking}
        expanded={panel === 'people'} controls="panel-people" onClick={() => togglePanel(screen, 'people')} testid="toolbar-people"
      />
      <LayoutTool />
      <MoreTool />
      <span class="divider" />
      <ToolButton icon={LogOut} text={t('toolbar.leave')} tone="leave" onClick={() => call.leave()} testid="toolbar-leave" />
    </footer>
  );
}

/** Shares a screen or ends it; without the right it asks. */
function ShareTool() {
  const meeting = useMeeting();
  const sharing = meeting.call.screenOn.value;
  if (!sharing && access(meeting.call, 'screen') !== 'allowed') return <AskTool right="screen" off={MonitorX} text={t('toolbar.share')} shortcut="D" testid="toolbar-share" />;
  return (
    <ToolButton
      icon={sharing ? MonitorX : MonitorUp} text={t(sharing ? 'toolbar.share.stop' : 'toolbar.share')} label={t(sharing ? 'room.sharing.stop' : 'toolbar.share.start')}
      shortcut="D" tone={sharing ? 'active' : undefined} onClick={() => toggleScreen(meeting)} testid="toolbar-share" class="share"
    />
  );
}
