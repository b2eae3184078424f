// A publisher stops encoding what nobody watches, and begins again when somebody does.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { startServer } from '../harness/server.mjs';
import { launchChromium } from '../harness/chromium.mjs';
import { debugOf, inbound, joinRoom, showIn, until, videoOf } from '../harness/call.mjs';

let server, browser, ana, bob, whole;
const room = 'encodings';

before(async () => {
  server = await startServer();
  browser = await launchChromium({ camera: '1280x720' });
  [ana, bob] = [await browser.newPage(), await browser.newPage()];
  await joinRoom(ana, server.url, room, 'Ana');
  await joinRoom(bob, server.url, room, 'Bob', { devices: false });
  await until('Bob sees Ana', async () => (await videoOf(bob, 'Ana'))?.frames > 0);
  await show(1280, 720);
  // The encodings start one after the other, as the estimate of the uplink grows.
  await decoded(2, { timeout: 30000 });
  await active('qhf');
  await delay(3000);
  whole = await uplink(3000);
});
after(async () => { await browser?.close(); await server?.stop(); });

const show = (width, height) => showIn(bob, 'Ana', width, height);

/** What Ana's camera sends, by rid: whether it is active, the bytes so far, and what keeps the browser from more. */
function outbound() {
  return ana.evaluate(async () => {
    const report = await window.__salon.pc().getStats();
    const list = [...report.values()].filter((s) => s.type === 'outbound-rtp' && s.kind === 'video' && s.rid);
    return Object.fromEntries(list.map((s) => [s.rid, { active: s.active, bytes: s.bytesSent + s.headerBytesSent, limit: s.qualityLimitationReason, target: s.targetBitrate, at: s.timestamp }]));
  });
}

/** Ana's video uplink in kbit/s, measured over the given time: the sum, and each rid. */
async function uplink(ms) {
  const before = await outbound();
  await delay(ms);
  const now = await outbound();
  const rates = Object.fromEntries(Object.keys(now).map((rid) => [rid, ((now[rid].bytes - before[rid].bytes) * 8) / (now[rid].at - before[rid].at)]));
  return { ...rates, sum: Object.values(rates).reduce((a, b) => a + b, 0) };
}

const kbit = (rates) => ['q', 'h', 'f'].map((rid) => `${rid} ${rates[rid].toFixed(0)}`).join(', ') + `, sum ${rates.sum.toFixed(0)} kbit/s`;
const slot = async () => (await debugOf(server, bob)).slots.find((s) => s.source === 'camera');

/** Waits until Bob decodes the encoding of that index; on a busy machine the pictures are smaller than usual. */
const decoded = (spatial, options = {}) => until(`encoding ${spatial} is decoded`, async () => {
  const [s, video] = [await slot(), await videoOf(bob, 'Ana')];
  return s?.current.spatial === spatial && s.width > 0 && video?.width === s.width;
}, { every: 20, ...options }).catch(async (e) => { throw new Error(`${e.message}; Ana sends ${JSON.stringify(await outbound())}`); });

/** Bob's video did not stop: no freeze of half a second since then, and pictures came. */
async function wentOn(before, frames) {
  const after = await videoOf(bob, 'Ana');
  assert.ok(after.frozen - before.frozen < 0.5, `frozen for ${(after.frozen - before.frozen).toFixed(2)} s`);
  assert.ok(after.frames - before.frames >= frames, `${after.frames - before.frames} pictures`);
}

/** Waits until exactly these rids are active, and returns how long that took. */
const active = (rids, timeout = 10000) => until(`only ${rids} active`, async () => {
  const now = await outbound();
  return Object.keys(now).filter((rid) => now[rid].active).sort().join('') === [...rids].sort().join('');
}, { timeout, every: 25 });

test('nobody watches the top layers: they rest after 6 s, and the uplink falls under 30 %', async (t) => {
  await show(160, 90);
  await decoded(0);
  const start = performance.now();
  await delay(4500);
  await active('qhf', 0); // still
  const before = await videoOf(bob, 'Ana');
  await active('q');
  const waited = performance.now() - start;
  await delay(1000); // what is on its way
  await wentOn(before, 20);
  const rest = await uplink(3000);
  t.diagnostic(`all watched: ${kbit(whole)}`);
  t.diagnostic(`only the lowest: ${kbit(rest)}, ${((100 * rest.sum) / whole.sum).toFixed(1)} %; resting ${(waited / 1000).toFixed(1)} s after the lowest was decoded`);
  assert.ok(rest.sum < 0.3 * whole.sum, 'the uplink falls');
  assert.equal(rest.f + rest.h, 0);
});

test('a tile that grows has its layer back within 2 s, and shows the old one meanwhile', async (t) => {
  const times = [];
  for (let round = 0; round < 3; round++) {
    await active('q', 15000);
    await delay(2000); // the server knows that they are not sent
    assert.equal((await slot()).current.spatial, 0);
    const before = await videoOf(bob, 'Ana');
    await show(1280, 720);
    const [begun, { ms }] = await Promise.all([active('qhf'), decoded(2)]);
    times.push(`${begun.ms.toFixed(0)}, ${ms.toFixed(0)}`);
    assert.ok(ms < 2000, `the layer was back after ${ms.toFixed(0)} ms`);
    await wentOn(before, 1);
    await show(160, 90);
  }
  t.diagnostic(`ms from the view to encoded, decoded: ${times.join('; ')}`);
});

test('nobody watches at all: the lowest goes on, so that the first picture comes at once', async (t) => {
  await show(160, 90);
  await decoded(0);
  await show(null);
  await active('q', 15000);
  await delay(1000);
  const rest = await uplink(2000);
  assert.ok(rest.q > 0 && rest.h + rest.f === 0, kbit(rest));
  const pictures = async () => (await inbound(bob)).reduce((sum, s) => sum + (s.kind === 'video' ? s.frames : 0), 0);
  const before = await pictures();
  await show(1280, 720);
  const first = await until('a picture', async () => (await pictures()) > before, { every: 20 });
  const top = await decoded(2);
  t.diagnostic(`shown again: a picture after ${first.ms.toFixed(0)} ms, the top layer after ${(first.ms + top.ms).toFixed(0)} ms`);
  assert.ok(first.ms < 1000 && first.ms + top.ms < 2500, 'both are there');
});
