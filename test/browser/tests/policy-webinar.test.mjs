// The preset "webinar": the audience watches unlisted, and one of them is brought on stage and back.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { launchChromium } from '../harness/chromium.mjs';
import { until, videoOf } from '../harness/call.mjs';
import { act, arrive, energy, hears, packets, row, startRuled } from '../harness/rules.mjs';

let server, browser, host, vic, wim;
const errors = [];
before(async () => {
  server = await startRuled();
  browser = await launchChromium({ voice: true });
  const page = () => browser.newPage({ width: 900, height: 700, errors });
  [host, vic, wim] = [await page(), await page(), await page()];
  await arrive(host, server.link('webinar', 'Hana'), 'Hana');
  for (const [page, name] of [[vic, 'Vic'], [wim, 'Wim']]) await arrive(page, `${server.url}/webinar?debug`, name);
});
after(async () => { await browser?.close(); await server?.stop(); });

test('viewers see and hear the stage, send nothing, and do not know of each other', async () => {
  for (const page of [vic, wim]) {
    await until('a viewer sees the stage', async () => (await videoOf(page, 'Hana'))?.frames > 0);
    await hears(page, 'a viewer hears the stage');
    const names = await page.evaluate(() => window.__salon.call.people.value.map((p) => p.name));
    assert.equal(names.length, 2, names.join());
    assert.equal(await page.locator('[data-testid="tile"]').count(), 1, 'only the stage has a tile');
  }
  assert.equal(await energy(host), 0);
  assert.equal(await host.locator('[data-testid="tile"]').count(), 1, 'viewers have no tile');
});

test('a viewer raises a hand, is brought on stage, is seen and heard by the other viewer, and goes back', async () => {
  await vic.getByTestId('toolbar-hand').click();
  await until('the host sees the hand', async () => (await (await row(host, 'Vic')).getAttribute('data-hand')) === '1');
  await (await row(host, 'Vic')).getByTestId('person-more').click();
  await (await row(host, 'Vic')).getByTestId('person-role').selectOption('presenter');
  await vic.locator('[data-testid="prompt"][data-what="role"]').waitFor();
  await vic.getByTestId('toolbar-mic').click();
  if ((await vic.evaluate(() => window.__salon.call.cameraOn.value)) === false) await vic.getByTestId('toolbar-camera').click();
  await until('the other viewer sees Vic', async () => (await videoOf(wim, 'Vic'))?.frames > 0);
  await hears(host, 'the host hears Vic');

  await (await row(host, 'Vic')).getByTestId('person-role').selectOption('viewer');
  await until('Vic is gone from the stage', async () => !(await videoOf(wim, 'Vic')));
  await delay(300);
  const before = await packets(host);
  await delay(700);
  assert.equal(await packets(host), before, 'not a packet of Vic');
  assert.deepEqual(await wim.evaluate(() => window.__salon.call.people.value.map((p) => p.name).sort()), ['Hana', 'Wim']);
  assert.deepEqual(errors, []);
});
