// Packets of sound are lost on the way to a receiver, or from a publisher: later ones carry the earlier ones along.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { startBehindLinksim } from '../harness/linksim.mjs';
import { launchChromium } from '../harness/chromium.mjs';
import { debugOf, joinRoom, until } from '../harness/call.mjs';

let network, browser, ana, bob;
const seconds = 8;
/** A browser waits for what comes late once it has seen that some does. */
const settle = 4000;

before(async () => {
  network = await startBehindLinksim();
  browser = await launchChromium({ voice: true });
  [ana, bob] = [await browser.newPage(), await browser.newPage()];
  await joinRoom(ana, network.server.url, 'sound', 'Ana');
  await joinRoom(bob, network.server.url, 'sound', 'Bob', { devices: false });
  await until('Bob hears Ana', async () => (await heard()).total > 0, { timeout: 20000 });
  await network.sim.set({ up: { delay: '20ms' }, down: { delay: '20ms' } }); // a round trip of 40 ms to each
});
after(async () => { await browser?.close(); await network?.stop(); });

/** What Bob's browser counts of all sound, in samples. */
function heard() {
  return bob.evaluate(async () => {
    const sounds = [...(await window.__salon.pc().getStats()).values()].filter((s) => s.type === 'inbound-rtp' && s.kind === 'audio' && s.packetsReceived > 0);
    const sum = (field) => sounds.reduce((n, s) => n + (s[field] ?? 0), 0);
    return { concealed: sum('concealedSamples'), total: sum('totalSamplesReceived') };
  });
}

/** How much of the sound is made up from now on, in percent. */
async function madeUp(t, what) {
  const was = await heard();
  await delay(seconds * 1000);
  const is = await heard();
  const share = (100 * (is.concealed - was.concealed)) / (is.total - was.total);
  t.diagnostic(`${what}: ${share.toFixed(2)} % made up`);
  return share;
}

/** What the server does for the slot in which Bob hears Ana. */
const slot = async () => (await debugOf(network.server, bob)).slots.find((s) => s.source === 'microphone');

/** What the server counts of Ana's voice. */
const uplink = async () => (await debugOf(network.server, ana)).publications.find((p) => p.source === 'microphone').encodings[0];

test('with 20 % of the packets to a receiver lost, sound is repaired by what goes along with later ones', async (t) => {
  assert.equal((await slot()).redundancy, 0, 'nothing goes along while nothing is lost');
  await network.sim.setFor(bob, { down: { loss: '20%' } });
  await until('two earlier ones go along', async () => (await slot()).redundancy === 2);
  await delay(settle);
  const share = await madeUp(t, '20 % loss to Bob');
  await network.sim.setFor(bob, { down: { loss: '0' } });
  assert.ok(share < 10, `${share.toFixed(1)} % of the sound was made up`);
});

test('with 10 % of the packets from a publisher lost, the server takes them out of later ones', async (t) => {
  await network.sim.setFor(ana, { up: { loss: '10%' } });
  await delay(settle);
  const was = await uplink();
  const share = await madeUp(t, '10 % loss from Ana');
  await network.sim.setFor(ana, { up: { loss: '0' } });
  const is = await uplink();
  t.diagnostic(`${is.lost - was.lost} packets lost, ${is.recovered - was.recovered} recovered`);
  assert.ok(is.recovered > was.recovered, 'nothing was recovered');
  assert.ok(share < 6, `${share.toFixed(1)} % of the sound was made up`);
});
