import { useState } from 'preact/hooks';
import type { Role } from '../../call/types';
import { t } from '../../i18n';
import { ROLES, type Invite } from '../../protocol/messages.gen';
import { Button, useBusy } from '../parts/Button';
import { unitOf } from './values';

const hour = 3600;
/** How long an invitation may last, in seconds; a year is the server's longest. */
const lengths = [2 * hour, 24 * hour, 7 * 24 * hour, 30 * 24 * hour, 365 * 24 * hour];

/** Whom the link is for, and how long and how often it works. */
export function InviteForm({ make }: { make(m: Invite): Promise<void> }) {
  const [role, setRole] = useState<Role>('participant');
  const [name, setName] = useState('');
  const [expires, setExpires] = useState(lengths[2]!);
  const [uses, setUses] = useState(0);
  const [busy, run] = useBusy();
  const submit = (event: Event): void => {
    event.preventDefault();
    run(() => make({ role, name: name.trim(), expires, uses }));
  };
  return (
    <form class="invite-form" onSubmit={submit}>
      <h3>{t('invite.new')}</h3>
      <label class="field">
        <span>{t('invite.role')}</span>
        <select class="select" value={role} onChange={(event) => setRole(event.currentTarget.value as Role)} data-testid="invite-role">
          {ROLES.map((one) => (
            <option key={one} value={one}>
              {t(`role.${one}`)}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{t('invite.name')}</span>
        <input class="input" value={name} maxLength={64} onInput={(event) => setName(event.currentTarget.value)} data-testid="invite-name" />
      </label>
      <label class="field">
        <span>{t('invite.for')}</span>
        <select class="select" value={expires} onChange={(event) => setExpires(Number(event.currentTarget.value))}>
          {lengths.map((seconds) => {
            const { count, text } = unitOf(seconds);
            return (
              <option key={seconds} value={seconds}>
                {t(text, { count })}
              </option>
            );
          })}
        </select>
      </label>
      <label class="field">
        <span>{t('invite.uses')}</span>
        <input class="input" type="number" min={0} max={500} value={uses} onInput={(event) => setUses(Math.max(0, Math.round(Number(event.currentTarget.value) || 0)))} />
      </label>
      <Button type="submit" class="primary" busy={busy} testid="invite-make">
        {t('invite.make')}
      </Button>
    </form>
  );
}
