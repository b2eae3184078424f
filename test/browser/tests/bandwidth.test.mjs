// Both browsers tell the server when each packet arrived, and the server's estimates follow.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { startServer } from '../harness/server.mjs';
import { startBehindLinksim } from '../harness/linksim.mjs';
import { launchChromium } from '../harness/chromium.mjs';
import { launchFirefox } from '../harness/firefox.mjs';
import { joinRoom, until, videoOf } from '../harness/call.mjs';

let server, chromium, firefox, ana, fox;

before(async () => {
  server = await startServer();
  [chromium, firefox] = [await launchChromium(), await launchFirefox()];
  [ana, fox] = [await chromium.newPage(), await firefox.newPage()];
  await joinRoom(ana, server.url, 'bandwidth', 'Ana');
  await joinRoom(fox, server.url, 'bandwidth', 'Fox');
  await until('Ana sees Fox', async () => (await videoOf(ana, 'Fox'))?.frames > 20, { timeout: 20000 });
  await until('Fox sees Ana', async () => (await videoOf(fox, 'Ana'))?.frames > 20, { timeout: 20000 });
});
after(async () => { await chromium?.close(); await firefox?.close(); await server?.stop(); });

/** A server's estimates, in the order of arrival. */
const estimates = async (of) => (await of.debug()).rooms[0].participants.map((p) => p.estimate);

test('Chromium and Firefox send transport feedback, on which the estimates rest', async (t) => {
  await until('both are heard', async () => (await estimates(server)).every((e) => e.received > 0 && !['starting', 'silent'].includes(e.state)));
  t.diagnostic(JSON.stringify(await estimates(server)));
});

test('the estimates grow, by probes that the browsers take for duplicates', async (t) => {
  await until('both grew', async () => (await estimates(server)).every((e) => e.bitrate > 450_000), { timeout: 20000 });
  t.diagnostic(JSON.stringify(await estimates(server)));
  const probes = await server.metric('salon_media_probes_sent_total');
  t.diagnostic(`${probes} probes`);
  assert.ok(probes > 0, 'no probes were sent');
  for (const [page, name] of [[ana, 'Fox'], [fox, 'Ana']]) {
    const { frames } = await videoOf(page, name);
    await until(`${name} goes on`, async () => (await videoOf(page, name)).frames > frames + 20);
  }
});

test('a link that becomes narrow is noticed', async (t) => {
  const network = await startBehindLinksim();
  try {
    const [bob, eve] = [await chromium.newPage(), await chromium.newPage()];
    await joinRoom(bob, network.server.url, 'narrow', 'Bob');
    await joinRoom(eve, network.server.url, 'narrow', 'Eve');
    await until('Bob sees Eve', async () => (await videoOf(bob, 'Eve'))?.frames > 20, { timeout: 20000 });
    await network.sim.setFor(bob, { down: { rate: '150kbit/s' } });
    await until('the estimate toward Bob fell', async () => (await estimates(network.server))[0].bitrate < 200_000, { timeout: 20000 });
    t.diagnostic(JSON.stringify(await estimates(network.server)));
  } finally {
    await network.stop();
  }
});
