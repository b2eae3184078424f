import { useState } from 'preact/hooks';
import { moment, t } from '../../i18n';
import type { Invitation } from '../../protocol/messages.gen';
import { useMeeting } from '../meeting/context';
import { roleText } from '../meeting/words';
import { Button } from '../parts/Button';
import { Notice } from '../parts/Notice';
import { useCopy } from '../parts/useCopy';
import { InviteForm } from './InviteForm';
import { useList } from './useList';

/** Links that let people in: making them, and taking them back. */
export function InvitesTab() {
  const { call, announcer } = useMeeting();
  const [made, setMade] = useState<Invitation | null>(null);
  const { list, problem, run } = useList(async () => (await call.request('get_invitations', {})).invitations);
  const revoke = (invitation: string) => async () => {
    if (!(await run(() => call.request('revoke_invitation', { invitation })))) return;
    announcer.say(t('invite.revoked'));
    if (made?.id === invitation) setMade(null);
  };
  return (
    <div class="rules" data-testid="invites">
      {problem && (
        <Notice error>
          <p>{problem}</p>
        </Notice>
      )}
      <InviteForm make={async (m) => void (await run(async () => setMade(await call.request('invite', m))))} />
      {made && <Made invitation={made} />}
      <h3>{t('invite.list')}</h3>
      {list?.length === 0 && <p>{t('invite.none')}</p>}
      <ul class="rules-list">
        {list?.map(({ id, role, name, until, left }) => (
          <li key={id} data-testid="invitation">
            <span>
              <strong>
                {roleText(role)} · {name || t('invite.anybody')}
              </strong>
              <small>
                {t('invite.until', { date: moment(until) })}
                {left ? ` · ${t('invite.left', { count: left })}` : ''}
              </small>
            </span>
            <Button onClick={revoke(id)} testid="invite-revoke">
              {t('invite.revoke')}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The link is secret and known only now. */
function Made({ invitation }: { invitation: Invitation }) {
  const [copied, copy] = useCopy(t('room.link.copied'));
  const link = `${location.origin}${location.pathname}?invite=${invitation.code ?? ''}`;
  return (
    <div class="made" role="status">
      <label class="field">
        <span>{t('invite.link')}</span>
        <input class="input" readOnly value={link} onFocus={(event) => event.currentTarget.select()} data-testid="invite-link" />
      </label>
      <small>{t('invite.secret')}</small>
      <Button class="primary" onClick={() => copy(link)} testid="invite-copy">
        {t(copied ? 'room.link.copied' : 'room.link.copy')}
      </Button>
    </div>
  );
}
