// The preset "assembly": hands in one order for everybody, and the word given by who chairs.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { launchChromium } from '../harness/chromium.mjs';
import { until } from '../harness/call.mjs';
import { act, arrive, hears, row, startRuled } from '../harness/rules.mjs';

let server, browser, chair, ana, bob;
const errors = [];
const names = ['Ana', 'Bob'];
before(async () => {
  server = await startRuled();
  browser = await launchChromium({ voice: true });
  const page = () => browser.newPage({ width: 800, height: 640, errors });
  [chair, ana, bob] = [await page(), await page(), await page()];
  await arrive(chair, server.link('assembly', 'Cleo'), 'Cleo');
  for (const [i, page] of [ana, bob].entries()) await arrive(page, server.link('assembly', names[i], 'participant'), names[i]);
});
after(async () => { await browser?.close(); await server?.stop(); });

const order = (page) => page.evaluate(() => window.__salon.call.people.value.filter((p) => p.hand > 0).sort((a, b) => a.hand - b.hand).map((p) => p.name).join());

test('hands are in the same order for everybody, and the chair puts one first', async () => {
  await bob.getByTestId('toolbar-hand').click();
  await until('Bob is first', async () => (await order(ana)) === 'Bob');
  await ana.keyboard.press('r');
  for (const page of [chair, ana, bob]) await until('all see one order', async () => (await order(page)) === 'Bob,Ana');
  assert.match(await ana.getByTestId('toolbar-hand').getAttribute('aria-label'), /2/);
  await act(chair, 'Ana', 'person-first');
  for (const page of [chair, ana, bob]) await until('all see the other order', async () => (await order(page)) === 'Ana,Bob');
});

test('a member asks for the word, is given it, and is heard', async () => {
  await ana.keyboard.press('m');
  await until('the chair is told', async () => /Ana/.test(await chair.getByTestId('requests').innerText()));
  await chair.getByTestId('request-grant').click();
  await ana.locator('[data-testid="prompt"][data-what="granted"]').getByTestId('prompt-do').click();
  await hears(chair, 'the chair hears Ana');
  await hears(bob, 'Bob hears Ana');
});

test('muting everybody else tells them, and they may speak again; all hands go down', async () => {
  await row(chair, 'Ana');
  await chair.getByTestId('manage-mute-all').click();
  await ana.locator('[data-testid="prompt"][data-what="muted"]').waitFor();
  assert.equal(await ana.evaluate(() => window.__salon.call.micOn.value), false);
  await ana.getByTestId('toolbar-mic').click();
  await hears(bob, 'Bob hears Ana again');
  await chair.getByTestId('manage-lower-all').click();
  await until('no hand is up', async () => (await order(bob)) === '');
  assert.deepEqual(errors, []);
});

test('a locked room lets nobody in and says what to do', async () => {
  await chair.getByTestId('manage-lock').click();
  await ana.getByTestId('locked').waitFor();
  const late = await browser.newPage({ width: 500, height: 600, errors });
  await arrive(late, `${server.url}/assembly?debug`, 'Late', { devices: false });
  assert.match(await late.locator('.notice.error').innerText(), /locked/);
});
