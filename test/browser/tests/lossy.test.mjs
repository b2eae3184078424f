// Packets are lost on the way to a receiver, or on the way from a publisher: retransmission repairs both.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { startBehindLinksim } from '../harness/linksim.mjs';
import { launchChromium } from '../harness/chromium.mjs';
import { debugOf, joinRoom, showIn, until, videoOf } from '../harness/call.mjs';

let network, browser, ana, bob;
const seconds = 10;

before(async () => {
  network = await startBehindLinksim();
  browser = await launchChromium();
  [ana, bob] = [await browser.newPage(), await browser.newPage()];
  await joinRoom(ana, network.server.url, 'lossy', 'Ana');
  await joinRoom(bob, network.server.url, 'lossy', 'Bob', { devices: false });
  await until('Bob sees Ana', async () => (await videoOf(bob, 'Ana'))?.frames > 20, { timeout: 20000 });
  await network.sim.set({ up: { delay: '20ms' }, down: { delay: '20ms' } }); // a round trip of 40 ms to each
});
after(async () => { await browser?.close(); await network?.stop(); });

/** Shows Ana in a tile of the given size (CSS pixels), whatever the layout thinks, and waits until the encoding of that width flows. */
async function show(width, height, decoded) {
  await showIn(bob, 'Ana', width, height);
  // The larger encoding starts when the estimate of Ana's uplink has grown.
  await until(`${decoded} wide`, async () => (await videoOf(bob, 'Ana'))?.width === decoded, { timeout: 40000 });
  const { frames } = await videoOf(bob, 'Ana');
  await until('it flows', async () => (await videoOf(bob, 'Ana')).frames > frames + 20);
}

/** What Bob's browser, the server and the links count of Ana's camera now. */
async function look() {
  const shown = await videoOf(bob, 'Ana');
  const stats = await bob.evaluate(async (mid) => [...(await window.__salon.pc().getStats()).values()]
    .find((s) => s.type === 'inbound-rtp' && s.mid === mid), shown.mid);
  const slot = (await debugOf(network.server, bob)).slots.find((s) => s.source === 'camera');
  const { encodings } = (await debugOf(network.server, ana)).publications.find((p) => p.source === 'camera');
  const sum = (field) => encodings.reduce((n, e) => n + e[field], 0);
  const [[toBob], [fromAna]] = [await network.sim.linksOf(bob), await network.sim.linksOf(ana)];
  return {
    at: stats.timestamp, frames: stats.framesDecoded, frozen: stats.totalFreezesDuration, nacks: stats.nackCount, retransmitted: stats.retransmittedPacketsReceived ?? 0,
    missing: stats.packetsLost, keyframes: stats.keyFramesDecoded, resent: slot.resent, lost: sum('lost'), recovered: sum('recovered'),
    droppedDown: toBob.down.dropped.random_loss, arrivedDown: toBob.down.arrived, droppedUp: fromAna.up.dropped.random_loss, arrivedUp: fromAna.up.arrived,
  };
}

/** How the counts change while the call goes on. */
async function watch(t, what) {
  const was = await look();
  await delay(seconds * 1000);
  const is = await look();
  const change = Object.fromEntries(Object.keys(is).map((k) => [k, is[k] - was[k]]));
  change.fps = (change.frames * 1000) / change.at;
  t.diagnostic(`${what}: ${JSON.stringify(change, (_, v) => (typeof v === 'number' ? Math.round(v * 100) / 100 : v))}`);
  return change;
}

const lossOf = (dropped, arrived) => (100 * dropped) / arrived;

test('with 5 % of the packets to a receiver lost, video goes on and lost packets are sent again', async (t) => {
  await show(640, 360, 640);
  await network.sim.setFor(bob, { down: { loss: '5%' } });
  await delay(5000); // for a second the server sends less, to find out whether it causes the loss itself
  const c = await watch(t, '5 % loss to Bob');
  await network.sim.setFor(bob, { down: { loss: '0' } });
  const loss = lossOf(c.droppedDown, c.arrivedDown);
  assert.ok(loss > 2.5 && loss < 8, `the link lost ${loss.toFixed(1)} %`);
  assert.ok(c.fps > 10, `${c.fps.toFixed(1)} frames/s`);
  assert.ok(c.frozen < 0.1 * seconds, `frozen for ${c.frozen.toFixed(2)} s`);
  assert.ok(c.nacks > 0 && c.resent > 0 && c.retransmitted > 0, `${c.nacks} NACKs, ${c.resent} sent again, ${c.retransmitted} of them arrived`);
  assert.ok(c.retransmitted >= 0.7 * c.missing, `${c.retransmitted} repairs of ${c.missing} lost packets`);
});

test('with 10 % of the packets from a publisher lost, the server asks for them again', async (t) => {
  // The lowest encoding: the others come and go with Ana's own estimate, which falls under such a loss.
  await show(160, 90, 320);
  await network.sim.setFor(ana, { up: { loss: '10%' } });
  const c = await watch(t, '10 % loss from Ana');
  await network.sim.setFor(ana, { up: { loss: '0' } });
  const loss = lossOf(c.droppedUp, c.arrivedUp);
  assert.ok(loss > 6 && loss < 14, `the link lost ${loss.toFixed(1)} %`);
  assert.ok(c.lost > 10 && c.recovered >= 0.8 * c.lost, `${c.recovered} of ${c.lost} lost packets were recovered`);
  assert.ok(c.fps > 10, `${c.fps.toFixed(1)} frames/s`);
  assert.ok(c.frozen < 0.1 * seconds, `frozen for ${c.frozen.toFixed(2)} s`);
});
