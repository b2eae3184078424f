// The page of rules by keyboard alone: an owner changes what a room file can say, what the server decides is shown and stays,
// and a value that cannot be is named. And names: who may take another one.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launchChromium } from '../harness/chromium.mjs';
import { until } from '../harness/call.mjs';
import { arrive, row, startRuled } from '../harness/rules.mjs';

const results = join(import.meta.dirname, '../results');
mkdirSync(results, { recursive: true });

let server, browser, olga, max;
const errors = [];
before(async () => {
  server = await startRuled({
    rooms: { office: 'version: 1\nowners: [olga]\nwindow: {not_before: 2026-03-01T18:00Z}\n' },
    settings: { 'site_policy.forced': '{policy: {record: nobody}, join: {bans: {by: [account, device]}}}' },
  });
  browser = await launchChromium();
  const page = () => browser.newPage({ width: 900, height: 700, errors });
  [olga, max] = [await page(), await page()];
  await arrive(olga, server.link('office', 'Olga', 'moderator', 'olga'), 'Olga', { devices: false });
  await arrive(max, server.link('office', 'Max', 'moderator', 'max'), 'Max', { devices: false });
});
after(async () => { await browser?.close(); await server?.stop(); });

async function rules(page, name) {
  await row(page, name);
  await page.getByTestId('manage-rules').click();
  await page.getByTestId('rules').waitFor({ timeout: 20000 });
}
const rule = (key) => olga.getByTestId(`rule-${key}`);
/** Reads the rules anew and returns the value of one. */
const told = (page, key) => page.evaluate(async (wanted) => (await window.__salon.call.request('get_settings', {})).settings.find((s) => s.key === wanted).value, key);
const save = async () => { await olga.getByTestId('rules-save').focus(); await olga.keyboard.press('Enter'); };

test('what the server decides is shown with the reason and cannot be changed', async () => {
  await rules(olga, 'Olga');
  for (const control of [rule('policy.record'), rule('join.bans.by.ip')]) assert.equal(await control.isDisabled(), true);
  for (const key of ['policy.record', 'join.bans.by']) {
    const described = await rule(key).getAttribute('aria-describedby');
    assert.match(await olga.locator(`[id="${described}"]`).innerText(), /Decided for all rooms/);
  }
  assert.equal(await rule('policy.record').inputValue(), 'nobody');
});

test('an owner changes rules of every kind by keyboard, all of them at once', async () => {
  const type = async (key, keys, text) => { await rule(key).focus(); for (const one of keys) await olga.keyboard.press(one); if (text) await olga.keyboard.type(text); };
  await type('join.bypass_lobby.account', ['Space']);
  await type('features.disable.react', ['Space']);
  await type('policy.draw', ['ArrowDown']);
  await type('policy.screen.hint', ['End']);
  await type('owners', ['End'], ', Max');
  await type('policy.react', ['End']); // some roles or accounts: presenters, to begin with
  await type('policy.react.accounts', [], 'alice');
  await rule('window.expires').fill('2126-03-02T10:30');
  await type('join.lobby.message', [], 'Bring your card');
  await save();
  await until('the rules are saved', async () => /Rules saved/.test(await olga.getByTestId('live-polite').innerText()), { timeout: 20000 });
  for (const [key, want] of Object.entries({
    'join.bypass_lobby': /^\[moderator, account\]$/, 'features.disable': /^\[react\]$/, 'policy.draw': /^presenters$/, 'policy.screen.hint': /^motion$/,
    owners: /^\[max, olga\]$/, 'policy.react': /^\[presenter, alice\]$/, 'window.expires': /^"2126-03-0/, 'join.lobby.message': /Bring your card/, 'policy.record': /^nobody$/,
  })) assert.match(await told(olga, key), want, key);
  assert.equal(await rule('owners').inputValue(), 'max, olga');
  assert.equal(await rule('policy.react').inputValue(), 'list');
});

test('a value that cannot be is named, and nothing of it holds', async () => {
  await rule('window.expires').fill('2000-03-02T10:30');
  await rule('title').fill('Office');
  await save();
  await until('the page says which rule', async () => /Closes for good/.test(await olga.locator('.rules .notice.error').allInnerTexts().then(String)), { timeout: 20000 });
  assert.equal(await rule('window.expires').getAttribute('aria-invalid'), 'true');
  assert.equal(await told(olga, 'title'), '""');
  await rule('window.expires').fill('');
  await save();
  await until('the title is told', async () => (await olga.locator('.room-name').innerText()) === 'Office', { timeout: 20000 });
  assert.equal(await told(olga, 'window.expires'), '""');
});

test('somebody takes another name by keyboard, until the rules say otherwise', async () => {
  const gia = await browser.newPage({ width: 390, height: 700, errors });
  await arrive(gia, `${server.url}/office?debug`, 'Gia', { devices: false });
  await (await row(gia, 'Gia')).getByTestId('person-more').focus();
  await gia.keyboard.press('Enter');
  await gia.getByTestId('person-rename').focus();
  await gia.keyboard.press('Enter');
  await until('the field has the focus', () => gia.evaluate(() => document.activeElement?.getAttribute('data-testid') === 'rename-name'));
  await gia.keyboard.type('Grace Hopper');
  await gia.keyboard.press('Enter');
  for (const page of [gia, max]) await until('the name is told', () => page.evaluate(() => window.__salon.call.people.value.some(({ name }) => name === 'Grace Hopper')), { timeout: 20000 });
  await until('it is said', async () => /Grace Hopper/.test(await gia.getByTestId('live-polite').innerText()));
  await until('the focus is in the menu again', () => gia.evaluate(() => document.activeElement?.getAttribute('data-testid') === 'person-rename'));
  await gia.screenshot({ path: join(results, 'rename-phone.png') });
  assert.equal(await (await row(max, 'Max')).getByTestId('person-more').count(), 1);
  await (await row(max, 'Max')).getByTestId('person-more').click();
  assert.equal(await max.getByTestId('person-rename').count(), 0, 'a name from a token stays');
  await rule('policy.rename').selectOption('nobody');
  await save();
  await gia.getByTestId('person-rename').waitFor({ state: 'detached', timeout: 20000 });
  await gia.context().close();
});

test('who is no owner any more reads who is, and cannot change it', async () => {
  await rule('owners').fill('max');
  await save();
  await until('Olga has given the room away', async () => (await rule('owners').isDisabled()), { timeout: 20000 });
  await rules(max, 'Max');
  assert.equal(await max.getByTestId('rule-owners').isDisabled(), false);
  assert.deepEqual(errors, []);
});
