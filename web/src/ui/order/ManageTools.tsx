import { DoorClosed, Hand, type IconNode, Lock, LockOpen, MicOff, OctagonX, ScrollText, Sparkles } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { t } from '../../i18n';
import { useMeeting } from '../meeting/context';
import { Button } from '../parts/Button';
import { Icon } from '../parts/Icon';
import { may, manages } from './access';

/** What concerns the whole room, for those who may. */
export function ManageTools() {
  const { call, screen, announcer } = useMeeting();
  if (!manages(call)) return null;
  const room = call.room.value;
  const locked = room?.locked ?? false;
  const said = async (done: Promise<boolean>): Promise<void> => void ((await done) && announcer.say(t('manage.done')));
  return (
    <section class="panel-group manage" aria-label={t('manage.title')} data-testid="manage">
      <h3>{t('manage.title')}</h3>
      <div class="row-actions">
        {may(call, 'mute') && (
          <Tool icon={MicOff} testid="manage-mute-all" onClick={() => said(call.act('silence', { source: 'microphone' }))}>
            {t('manage.mute.all')}
          </Tool>
        )}
        {may(call, 'floor') && call.order.hands.value.length > 0 && (
          <Tool icon={Hand} testid="manage-lower-all" onClick={() => said(call.act('lower_hands', {}))}>
            {t('hand.lower.all')}
          </Tool>
        )}
        {may(call, 'floor') && call.order.floor.value.talker && (
          <Tool icon={DoorClosed} testid="manage-free-floor" onClick={() => said(call.act('give_floor', {}))}>
            {t('manage.floor.free')}
          </Tool>
        )}
        {may(call, 'spotlight') && room?.spotlight && (
          <Tool icon={Sparkles} onClick={() => said(call.act('spotlight', {}))}>
            {t('manage.spotlight.end')}
          </Tool>
        )}
        {may(call, 'lock') && (
          <Tool icon={locked ? LockOpen : Lock} pressed={locked} testid="manage-lock" onClick={() => said(call.act('lock', { locked: !locked }))}>
            {t(locked ? 'manage.unlock' : 'manage.lock')}
          </Tool>
        )}
        {may(call, 'set_policy') && (
          <Tool icon={ScrollText} testid="manage-rules" onClick={() => void (screen.dialog.value = 'rules')}>
            {t('manage.rules')}
          </Tool>
        )}
        {may(call, 'end') && <EndTool />}
      </div>
    </section>
  );
}

function Tool({ icon, pressed, testid, onClick, children }: { icon: IconNode; pressed?: boolean; testid?: string; onClick(): void | Promise<unknown>; children: ComponentChildren }) {
  return (
    <Button aria-pressed={pressed} onClick={onClick} {...(testid && { testid })}>
      <Icon of={icon} size={18} />
      {children}
    </Button>
  );
}

/** Asks once more: it concerns everybody. */
function EndTool() {
  const { call } = useMeeting();
  const [sure, setSure] = useState(false);
  if (!sure) {
    return (
      <Tool icon={OctagonX} testid="manage-end" onClick={() => setSure(true)}>
        {t('manage.end')}
      </Tool>
    );
  }
  return (
    <div class="sure" role="group" aria-label={t('manage.end.sure')}>
      <p role="alert">{t('manage.end.sure')}</p>
      <Button class="danger" onClick={() => call.act('end', {})} testid="manage-end-sure">
        {t('manage.sure')}
      </Button>
      <Button onClick={() => setSure(false)}>{t('manage.cancel')}</Button>
    </div>
  );
}
