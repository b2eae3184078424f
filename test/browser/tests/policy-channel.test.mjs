// The preset "channel", a walkie-talkie: hold the key and the others hear; of two at once one waits and sees why.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { launchChromium } from '../harness/chromium.mjs';
import { until } from '../harness/call.mjs';
import { arrive, hears, packets, startRuled } from '../harness/rules.mjs';

let server, browser, ana, bob;
const errors = [];
before(async () => {
  server = await startRuled();
  browser = await launchChromium({ voice: true });
  const page = () => browser.newPage({ width: 500, height: 640, errors });
  [ana, bob] = [await page(), await page()];
  await arrive(ana, `${server.url}/channel?debug`, 'Ana');
  await arrive(bob, `${server.url}/channel?debug`, 'Bob');
});
after(async () => { await browser?.close(); await server?.stop(); });

const bar = (page) => page.getByTestId('talk-bar').getAttribute('data-state', { timeout: 2000 }).catch(() => null);

test('nobody is heard before holding the key', async () => {
  await delay(800);
  const before = await packets(bob);
  await delay(700);
  assert.equal(await packets(bob), before);
});

test('who holds the key is heard, and no longer when it is let go', async () => {
  await ana.keyboard.down('Space');
  await until('Ana may talk', async () => (await bar(ana)) === 'own');
  await hears(bob, 'Bob hears Ana');
  assert.equal(await bar(bob), 'other');
  await ana.keyboard.up('Space');
  await until('the floor is free', async () => (await bar(bob)) === null);
  await delay(300);
  const before = await packets(bob);
  await delay(700);
  assert.equal(await packets(bob), before, 'not a packet after the key is up');
});

test('of two at once one waits, sees why, and is heard next', async () => {
  const button = async (page) => {
    const { x, y, width, height } = await page.getByTestId('toolbar-talk').boundingBox();
    await page.mouse.move(x + width / 2, y + height / 2);
  };
  await button(ana);
  await ana.mouse.down();
  await until('Ana may talk', async () => (await bar(ana)) === 'own');
  await button(bob);
  await bob.mouse.down();
  await until('Bob waits', async () => (await bar(bob)) === 'wait');
  assert.match(await bob.getByTestId('talk-bar').innerText(), /Ana/);
  await ana.mouse.up();
  await until('Bob may talk', async () => (await bar(bob)) === 'own');
  await hears(ana, 'Ana hears Bob');
  await bob.mouse.up();
  await until('the floor is free', async () => (await bar(ana)) === null);
  assert.deepEqual(errors, []);
});
