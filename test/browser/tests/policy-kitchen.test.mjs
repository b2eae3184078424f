// The preset "kitchen", chosen on the page of rules: it holds for everybody, and settings, invitations and who is inside
// survive a restart of the server.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchChromium } from '../harness/chromium.mjs';
import { until } from '../harness/call.mjs';
import { arrive, row, startRuled } from '../harness/rules.mjs';

let server, browser, owner, guest;
const errors = [];
const folder = mkdtempSync(join(tmpdir(), 'salon-store-'));
const room = 'coffee';
before(async () => {
  server = await startRuled({ settings: { 'rooms.store': join(folder, 'rooms.db') } });
  browser = await launchChromium();
  const page = () => browser.newPage({ width: 900, height: 700, errors });
  [owner, guest] = [await page(), await page()];
  await arrive(owner, server.link(room, 'Olga'), 'Olga', { devices: false });
});
after(async () => { await browser?.close(); await server?.stop(); rmSync(folder, { recursive: true, force: true }); });

async function rules(page) {
  await row(page, 'Olga');
  await page.getByTestId('manage-rules').click();
  await page.getByTestId('tab-rules').click();
  await page.getByTestId('rules').waitFor();
}

test('the owner makes the room a kitchen and changes one rule', async () => {
  await rules(owner);
  await owner.getByTestId('preset-kitchen').click();
  await until('it is a kitchen', async () => (await owner.getByTestId('preset-kitchen').getAttribute('aria-pressed')) === 'true');
  await owner.getByTestId('rule-title').fill('Coffee "corner"');
  await owner.getByTestId('rules-save').click();
  await until('the title is told', async () => (await owner.locator('.room-name').innerText()) === 'Coffee "corner"');
  assert.equal(await owner.getByTestId('rule-start.muted').isChecked(), true);
});

test('an invitation lets a guest in with a name and a role', async () => {
  await owner.getByTestId('tab-invites').click();
  await owner.getByTestId('invite-role').selectOption('presenter');
  await owner.getByTestId('invite-name').fill('Gus');
  await owner.locator('.invite-form input[type="number"]').fill('2');
  await owner.getByTestId('invite-make').click();
  const link = await owner.getByTestId('invite-link').inputValue();
  await owner.keyboard.press('Escape');
  await arrive(guest, link.replace('?', '?debug&'), 'Somebody', { devices: false });
  assert.ok(!guest.url().includes('invite='), 'the secret is gone from the address');
  const seen = await row(owner, 'Gus');
  await seen.waitFor();
  assert.equal(await seen.getAttribute('data-role'), 'presenter');
  await guest.reload(); // its device comes again by the use that it has spent: one is left, and the invitation is listed below
  await guest.getByTestId('prejoin-bare').click();
  await guest.getByTestId('toolbar-leave').waitFor({ timeout: 20000 });
  await until('Gus is there once', async () => (await seen.count()) === 1 && (await seen.getAttribute('data-role')) === 'presenter', { timeout: 20000 });
});

for (const signal of ['SIGTERM', 'SIGKILL']) {
  test(`settings and head count survive a restart after ${signal}: everybody comes back by themselves`, async () => {
    const link = owner.url();
    const selves = () => Promise.all([owner, guest].map((page) => page.evaluate(() => window.__salon.call.phase.value === 'live' && window.__salon.call.self.value)));
    const before = await selves();
    assert.ok(before.every(Boolean), before.join());
    // A reload would forget this.
    for (const page of [owner, guest]) await page.evaluate(() => (window.__stayed = true));
    await server.restart(signal);
    await until('both are back in', async () => (await selves()).every((self, i) => self && self !== before[i]), { timeout: 30000 });
    for (const page of [owner, guest]) {
      await until('both are counted', () => page.evaluate(() => window.__salon.call.people.value.map(({ name }) => name).sort().join() === 'Gus,Olga'), { timeout: 30000 });
      assert.equal(await page.evaluate(() => window.__stayed), true, 'no page was loaded again');
      assert.equal(await page.locator('.room-name').innerText(), 'Coffee "corner"');
    }
    assert.equal(owner.url(), link);
    assert.equal(await (await row(owner, 'Gus')).getAttribute('data-role'), 'presenter');
    await rules(owner);
    assert.equal(await owner.getByTestId('preset-kitchen').getAttribute('aria-pressed'), 'true');
    await owner.getByTestId('tab-invites').click();
    await owner.getByTestId('invitation').waitFor();
    await owner.keyboard.press('Escape');
    assert.deepEqual(errors, []);
  });
}
