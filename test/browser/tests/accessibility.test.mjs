// Every screen, on a desktop and on a phone, light and dark, in French and English: axe-core finds nothing serious. Screenshots
// land in results/, to be looked at.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { violations } from '../harness/axe.mjs';
import { launchChromium } from '../harness/chromium.mjs';
import { until } from '../harness/call.mjs';
import { arrive, row, startRuled } from '../harness/rules.mjs';

const results = join(import.meta.dirname, '../results');
mkdirSync(results, { recursive: true });

const sizes = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };
const hall = 'version: 1\njoin:\n  guests: ask\n  bypass_lobby: [token]\n  lobby: {message: "Bring your card"}\npolicy: {screen: {who: [presenter, olga]}}\n';
const settings = { 'site_policy.forced': '{policy: {record: nobody}, join: {bans: {by: [account, device]}}}' };

let server, browser, guests;
before(async () => {
  server = await startRuled({ rooms: { hall }, settings });
  browser = await launchChromium();
  guests = [];
  for (const name of ['Camille', 'Noor']) {
    const page = await browser.newPage({ width: 400, height: 300 });
    guests.push(page);
    await arrive(page, server.link('hall', name, 'participant'), name);
  }
});
after(async () => { await browser?.close(); await server?.stop(); });

for (const [locale, colorScheme] of [['fr-FR', 'light'], ['en-GB', 'dark']]) {
  const open = async (t) => {
    const page = await browser.newPage({ ...sizes.desktop, locale });
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    t.after(() => page.context().close());
    return page;
  };
  /** Looks at what is on the page in every size, and adds what is wrong to the list. */
  const look = async (page, what, wrong) => {
    for (const [name, size] of Object.entries(sizes)) {
      await page.setViewportSize(size);
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      for (const line of await violations(page)) wrong.push(`${what}, ${name}: ${line}`);
      await page.screenshot({ path: join(results, `axe-${what}-${name}-${locale.slice(0, 2)}.png`) });
    }
    await page.setViewportSize(sizes.desktop);
  };

  test(`the door, ${locale}`, async (t) => {
    const [page, wrong] = [await open(t), []];
    await page.goto(server.url);
    await page.getByTestId('landing-room').waitFor();
    await look(page, 'landing', wrong);
    await page.goto(`${server.url}/hall?debug`);
    await page.getByTestId('prejoin-name').waitFor();
    await look(page, 'prejoin', wrong);
    await arrive(page, `${server.url}/hall?debug`, 'Zoé');
    await page.getByTestId('waiting').waitFor();
    await look(page, 'waiting', wrong);
    await page.getByTestId('waiting-leave').click();
    await page.getByTestId('ended').waitFor();
    await look(page, 'ended', wrong);
    assert.deepEqual(wrong, []);
  });

  test(`the room, ${locale}`, async (t) => {
    const [page, knocks, wrong] = [await open(t), await open(t), []];
    await arrive(page, server.link('hall', 'Olga'), 'Olga');
    await until('three people are there', () => page.evaluate(() => window.__salon.call.people.value.length === 3), { timeout: 30000 });
    await until('both guests are seen', () => page.evaluate(() => [...document.querySelectorAll('[data-self="false"] video')].filter((v) => v.videoWidth > 0).length === 2), { timeout: 30000 });
    await look(page, 'room', wrong);
    await guests[0].evaluate(() => window.__salon.call.say('Bonjour https://example.org'));
    await page.getByTestId('toolbar-chat').click();
    await page.getByTestId('chat-input').fill('Hello!');
    await page.getByTestId('chat-send').click();
    await until('both lines are there', () => page.evaluate(() => window.__salon.call.chat.value.length >= 2), { timeout: 20000 });
    await look(page, 'chat', wrong);

    await arrive(knocks, `${server.url}/hall?debug`, 'Zoé', { devices: false });
    await page.getByTestId('knock').waitFor({ timeout: 20000 });
    const camille = await row(page, 'Camille');
    await page.getByTestId('lobby').waitFor({ timeout: 20000 });
    await look(page, 'people', wrong);
    await camille.getByTestId('person-more').click();
    await camille.getByTestId('person-menu').waitFor();
    await look(page, 'person', wrong);
    await camille.getByTestId('person-remove').click();
    await look(page, 'remove', wrong);
    await page.getByTestId('manage-rules').click();
    await page.getByTestId('rules').waitFor({ timeout: 20000 });
    await look(page, 'rules', wrong);
    for (const tab of ['invites', 'bans']) {
      await page.getByTestId(`tab-${tab}`).click();
      await page.getByTestId(tab).waitFor();
      await look(page, tab, wrong);
    }
    await page.keyboard.press('Escape');
    for (const dialog of ['settings', 'help']) {
      await page.getByTestId('toolbar-more').click();
      if (dialog === 'settings') await look(page, 'more', wrong);
      await page.getByTestId(`more-${dialog}`).click();
      await page.locator('dialog[open]').waitFor();
      await look(page, dialog, wrong);
      await page.keyboard.press('Escape');
      await page.locator('dialog[open]').waitFor({ state: 'detached' });
    }
    await page.getByTestId('toolbar-leave').click();
    await page.getByTestId('ended').waitFor();
    assert.deepEqual(wrong, []);
  });
}
