// Each receiver gets the encoding that its tile needs, and nothing for tiles that it does not show.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { startServer } from '../harness/server.mjs';
import { launchChromium } from '../harness/chromium.mjs';
import { debugOf, inbound, joinRoom, showIn, until, videoOf } from '../harness/call.mjs';

let server, browser, ana, bob;
const room = 'layers';

before(async () => {
  server = await startServer();
  browser = await launchChromium({ camera: '1280x720' });
  [ana, bob] = [await browser.newPage(), await browser.newPage()];
  await joinRoom(ana, server.url, room, 'Ana');
  await joinRoom(bob, server.url, room, 'Bob', { devices: false });
  await until('Bob sees Ana', async () => (await videoOf(bob, 'Ana'))?.frames > 0);
  // The three encodings start one after the other, as the estimate of the uplink grows. The larger ones go on while
  // somebody needs the largest, and for 6 s after that: all small tiles of these tests are shorter.
  await show(1280, 720);
  await until('Ana sends three encodings', async () => {
    const camera = (await debugOf(server, ana)).publications.find((p) => p.source === 'camera');
    return camera.encodings.filter((e) => e.live && e.width > 0).length === 3;
  }, { timeout: 30000 });
});
after(async () => { await browser?.close(); await server?.stop(); });

const show = (width, height) => showIn(bob, 'Ana', width, height);

const slot = async () => (await debugOf(server, bob)).slots.find((s) => s.source === 'camera');

test('a big tile receives the top layer, a thumbnail the lowest, and a tile that grows follows within 1 s without a freeze', async (t) => {
  await show(160, 90);
  await until('the lowest layer is decoded', async () => (await videoOf(bob, 'Ana')).width === 320);
  assert.deepEqual((await slot()).current.spatial, 0);
  const before = await videoOf(bob, 'Ana');
  const times = [];
  for (const [width, height, decoded, spatial] of [[1280, 720, 1280, 2], [160, 90, 320, 0], [640, 360, 640, 1], [1280, 720, 1280, 2]]) {
    await show(width, height);
    const { ms } = await until(`${decoded} wide`, async () => (await videoOf(bob, 'Ana')).width === decoded, { every: 20 });
    times.push(`${decoded}: ${ms.toFixed(0)} ms`);
    assert.equal((await slot()).current.spatial, spatial);
    assert.ok(ms < 2000, `the layer followed after ${ms.toFixed(0)} ms`); // the promise is 1 s; a shared machine gets twice that
    await delay(1000);
  }
  t.diagnostic(`layer follows the tile: ${times.join(', ')}`);
  const after = await videoOf(bob, 'Ana');
  assert.equal(after.freezes - before.freezes, 0, 'no freeze is counted');
  assert.ok(after.frames - before.frames > 40, 'video went on');
});

test('a hidden tile receives no packet', async () => {
  await show(null);
  await until('the slot is empty', async () => !(await slot()));
  await delay(200);
  const packets = (list) => list.filter((s) => s.kind === 'video').reduce((sum, s) => sum + s.packets, 0);
  const before = packets(await inbound(bob));
  await delay(1500);
  assert.equal(packets(await inbound(bob)), before);
  await show(640, 360);
  await until('it is back', async () => (await videoOf(bob, 'Ana'))?.width === 640);
});
