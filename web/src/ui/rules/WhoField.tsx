import { t } from '../../i18n';
import { ROLES, type Role } from '../../protocol/messages.gen';
import type { Choice } from './fields';
import { AccountsInput } from './inputs';
import { Select, type Control } from './RuleField';
import { entriesOf, listOf } from './values';

const isRole = (word: string): word is Role => ROLES.includes(word as Role);

/** Who may: a word that says it, or from which role on, and which accounts beside. */
export function WhoField({ choices, value, set, shared, label }: Control & { choices: readonly Choice[]; label: string }) {
  const listed = entriesOf(value);
  const words = choices.map(([one, text]) => [one, t(text)] as const);
  const known = words.some(([one]) => one === value);
  const options = [...words, ...(known || listed ? [] : [[value, t('value.other', { value })] as const]), ['list', t('value.who.list')] as const];
  const choose = (one: string): void => set(one === 'list' ? listOf(['presenter']) : one);
  return (
    <>
      <Select options={options} value={listed ? 'list' : value} set={choose} shared={shared} />
      {listed && <List listed={listed} value={value} set={set} shared={shared} label={label} />}
    </>
  );
}

/** A role means those above it as well. Without one there must be an account: nobody has a word of its own. */
function List({ listed, set, shared, label }: Control & { listed: readonly string[]; label: string }) {
  const role = listed.find(isRole) ?? '';
  const accounts = listed.filter((one) => !isRole(one));
  const part = (name: string): Control['shared'] => ({ ...shared, id: `${shared.id}-${name}`, 'data-testid': `${shared['data-testid']}.${name}` });
  const roles = [['', t('value.who.no_role')] as const, ...ROLES.map((one) => [one, t('value.who.from', { role: t(`role.${one}`) })] as const)];
  return (
    <div class="who-list" role="group" aria-label={label}>
      <label for={part('role').id}>{t('value.who.role')}</label>
      <Select options={roles} value={role} set={(one) => set(listOf([...(one ? [one] : []), ...accounts]))} shared={part('role')} />
      <label for={part('accounts').id}>{t('value.who.accounts')}</label>
      <AccountsInput value={listOf(accounts)} set={(list) => set(listOf([...(role ? [role] : []), ...(entriesOf(list) ?? [])]))} shared={part('accounts')} required={role === ''} />
    </div>
  );
}
