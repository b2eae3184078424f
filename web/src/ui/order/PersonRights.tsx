import type { Person, Role } from '../../call/types';
import { t } from '../../i18n';
import { ROLES, type GrantState } from '../../protocol/messages.gen';
import { useMeeting } from '../meeting/context';
import { may } from './access';

const granted = ['speak', 'video', 'screen'] as const;
const states: readonly [GrantState, 'person.allow' | 'person.deny' | 'person.default'][] = [['allowed', 'person.allow'], ['denied', 'person.deny'], ['default', 'person.default']];

/** The role of a person, and the rights that are given to or taken from them alone. */
export function PersonRights({ person }: { person: Person }) {
  const { call } = useMeeting();
  const { id, role, self, name } = person;
  return (
    <>
      {may(call, 'promote') && (
        <label class="person-role">
          <span>{t('person.role')}</span>
          <select class="select" value={role} onChange={(event) => call.act('set_role', { participant: id, role: event.currentTarget.value as Role })} data-testid="person-role">
            {ROLES.map((one) => (
              <option key={one} value={one}>
                {t(`role.${one}`)}
              </option>
            ))}
          </select>
          <small>{t(`role.${role}.hint`)}</small>
        </label>
      )}
      {!self && may(call, 'mute') && (
        <fieldset class="person-rights">
          <legend>{t('person.rights')}</legend>
          {granted.map((right) => (
            <div key={right} role="group" aria-label={`${t(`person.right.${right}`)} : ${name}`}>
              <span>{t(`person.right.${right}`)}</span>
              {states.map(([state, text]) => (
                <button key={state} type="button" class="button small" onClick={() => void call.act('grant', { participant: id, right, state })} data-testid={`grant-${right}-${state}`}>
                  {t(text)}
                </button>
              ))}
            </div>
          ))}
        </fieldset>
      )}
    </>
  );
}
