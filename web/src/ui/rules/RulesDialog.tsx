import { useState } from 'preact/hooks';
import { t } from '../../i18n';
import { useMeeting } from '../meeting/context';
import { may } from '../order/access';
import { Dialog } from '../parts/Dialog';
import { BansTab } from './BansTab';
import { InvitesTab } from './InvitesTab';
import { RulesTab } from './RulesTab';

type Tab = 'rules' | 'invites' | 'bans';

/** What holds in the room: its rules, who is invited, and who may not come back. */
export function RulesDialog() {
  const { screen, call } = useMeeting();
  const [tab, setTab] = useState<Tab>('rules');
  const tabs: Tab[] = may(call, 'ban') ? ['rules', 'invites', 'bans'] : ['rules', 'invites'];
  return (
    <Dialog open={screen.dialog.value === 'rules'} title={t('rules.title')} onClose={() => screen.dialog.peek() === 'rules' && (screen.dialog.value = null)}>
      <div class="tabs" role="group" aria-label={t('rules.title')}>
        {tabs.map((one) => (
          <button key={one} type="button" class="button" aria-pressed={tab === one} onClick={() => setTab(one)} data-testid={`tab-${one}`}>
            {t(`rules.tab.${one}`)}
          </button>
        ))}
      </div>
      {tab === 'rules' && <RulesTab />}
      {tab === 'invites' && <InvitesTab />}
      {tab === 'bans' && <BansTab />}
    </Dialog>
  );
}
