// Chromium and Firefox in one room.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { startServer } from '../harness/server.mjs';
import { launchChromium } from '../harness/chromium.mjs';
import { launchFirefox } from '../harness/firefox.mjs';
import { frameRate, joinRoom, until, videoOf } from '../harness/call.mjs';

let server, chromium, firefox;
before(async () => { server = await startServer(); chromium = await launchChromium(); firefox = await launchFirefox(); });
after(async () => { await chromium?.close(); await firefox?.close(); await server?.stop(); });

test('Chromium and Firefox see each other', async (t) => {
  const ana = await chromium.newPage();
  await joinRoom(ana, server.url, 'mixed', 'Ana');
  const fox = await firefox.newPage();
  await joinRoom(fox, server.url, 'mixed', 'Fox');
  await until('Firefox sees Chromium', async () => (await videoOf(fox, 'Ana'))?.frames > 0, { timeout: 20000 });
  await until('Chromium sees Firefox', async () => (await videoOf(ana, 'Fox'))?.frames > 0, { timeout: 20000 });
  // A call begins with what fits the first estimate of the link, which grows within seconds.
  const rates = {};
  const { ms } = await until('both decode more than 10 frames per second', async () => {
    rates.firefox = await frameRate(fox, 'Ana');
    rates.chromium = await frameRate(ana, 'Fox');
    return rates.firefox > 10 && rates.chromium > 10;
  }, { timeout: 15000 });
  t.diagnostic(`after ${ms.toFixed(0)} ms: ${JSON.stringify(rates)}`);
});
