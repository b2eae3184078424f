// The socket is lost, or UDP is blocked: the call goes on.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startServer } from '../harness/server.mjs';
import { startProxy } from '../harness/proxy.mjs';
import { launchChromium } from '../harness/chromium.mjs';
import { debugOf, frameRate, inbound, joinRoom, until, videoOf } from '../harness/call.mjs';

/** Looks from now on, 25 times a second, how long ago the newest packet of sound came. */
const watchSilence = (page) => page.evaluate(() => {
  window.__silence = 0;
  setInterval(async () => {
    for (const s of (await window.__salon.pc().getStats()).values()) {
      // Both times are of the same moment of the browser: it may look late, but not see a gap that is none.
      if (s.type === 'inbound-rtp' && s.kind === 'audio') window.__silence = Math.max(window.__silence, s.timestamp - s.lastPacketReceivedTimestamp);
    }
  }, 40);
});
/** The longest time, in ms, since the last call. */
const silence = (page) => page.evaluate(() => { const was = window.__silence; window.__silence = 0; return was; });

test('a socket cut for 5 s resumes without a new join and without a media gap', async (t) => {
  const server = await startServer();
  const proxy = await startProxy(server.url);
  const browser = await launchChromium({ voice: true }); // packets of sound every 20 ms
  try {
    const [ana, bob] = [await browser.newPage(), await browser.newPage()];
    await joinRoom(ana, server.url, 'cut', 'Ana');
    await joinRoom(bob, proxy.url, 'cut', 'Bob');
    await until('Bob sees Ana', async () => (await videoOf(bob, 'Ana'))?.frames > 20);
    await until('Ana sees Bob', async () => (await videoOf(ana, 'Bob'))?.frames > 20);
    const id = await bob.evaluate(() => window.__salon.call.self.value);
    await watchSilence(bob);
    await delay(5000);
    const usual = await silence(bob);
    const joined = await server.metric('salon_joins_total');
    const before = await inbound(bob);
    proxy.cut();
    await until('Bob is told', () => bob.getByTestId('banner-reconnecting').isVisible(), { timeout: 5000 });
    await ana.evaluate(() => window.__salon.call.say('while you were away'));
    await delay(4000);
    proxy.restore();
    await until('Bob is back', () => bob.evaluate(() => window.__salon.call.phase.value === 'live'), { timeout: 8000 });
    assert.equal(await bob.evaluate(() => window.__salon.call.self.value), id, 'the same participant');
    assert.equal(await server.metric('salon_joins_total'), joined, 'no new join');
    await until('the missed line is there, once', () => bob.evaluate(() =>
      window.__salon.call.chat.value.filter((l) => l.text === 'while you were away').length === 1));
    const after = await inbound(bob);
    const longest = await silence(bob);
    t.diagnostic(`longest time without a packet of sound: ${longest.toFixed(0)} ms, ${usual.toFixed(0)} ms in the 5 s before the cut`);
    assert.ok(longest <= Math.max(200, 1.5 * usual), `no packet of sound for ${longest.toFixed(0)} ms`);
    // A gap in the media would freeze the picture for the 5 s; what a busy machine stumbles over is far shorter.
    const frozen = (list) => list.reduce((sum, s) => sum + s.frozen, 0);
    assert.ok(frozen(after) - frozen(before) < 1, `frozen for ${(frozen(after) - frozen(before)).toFixed(2)} s`);
    const [was, is] = [before, after].map((list) => list.find((s) => s.kind === 'video' && s.name === 'Ana'));
    const rate = ((is.frames - was.frames) * 1000) / (is.at - was.at);
    assert.ok(rate > 10, `${rate.toFixed(1)} frames/s came through the cut`);
    assert.ok((await debugOf(server, bob)), 'Bob is still there');
  } finally {
    await browser.close();
    proxy.close();
    await server.stop();
  }
});

// A network namespace of its own, with an address of its own and a rule that drops all UDP.
const netns = `salon-${process.pid}`;
const ip = (...args) => execFileSync('ip', args, { stdio: 'pipe' });
const canNamespace = (() => {
  try { ip('netns', 'add', netns); ip('netns', 'del', netns); return true; } catch { return false; }
})();

test('with UDP blocked the call works over ICE-TCP', { skip: !canNamespace && 'needs root and network namespaces' }, async () => {
  ip('netns', 'add', netns);
  const inside = (...args) => ip('netns', 'exec', netns, ...args);
  let server, browser;
  try {
    inside('ip', 'link', 'set', 'lo', 'up');
    inside('ip', 'link', 'add', 'veth0', 'type', 'veth', 'peer', 'name', 'veth1');
    inside('ip', 'addr', 'add', '10.99.0.1/24', 'dev', 'veth0');
    inside('ip', 'link', 'set', 'veth0', 'up');
    inside('ip', 'link', 'set', 'veth1', 'up');
    inside('nft', 'add table inet block; add chain inet block out { type filter hook output priority 0 ; }; add rule inet block out meta l4proto udp drop');
    const wrapper = join(mkdtempSync(join(tmpdir(), 'salon-chromium-')), 'chromium');
    writeFileSync(wrapper, `#!/bin/sh\nexec ip netns exec ${netns} /usr/bin/chromium "$@"\n`);
    chmodSync(wrapper, 0o755);
    server = await startServer({ netns, settings: { 'media.interfaces': 'veth0' } });
    browser = await launchChromium({ executable: wrapper });
    const [ana, bob] = [await browser.newPage(), await browser.newPage()];
    await joinRoom(ana, server.url, 'tcp', 'Ana');
    await joinRoom(bob, server.url, 'tcp', 'Bob');
    await until('Bob sees Ana', async () => (await videoOf(bob, 'Ana'))?.frames > 0, { timeout: 20000 });
    const protocol = await bob.evaluate(async () => {
      const report = await window.__salon.pc().getStats();
      const transport = [...report.values()].find((s) => s.type === 'transport');
      const pair = report.get(transport.selectedCandidatePairId);
      return report.get(pair.remoteCandidateId).protocol;
    });
    assert.equal(protocol, 'tcp');
    const rate = await frameRate(bob, 'Ana');
    assert.ok(rate > 10, `${rate.toFixed(1)} frames/s`);
  } finally {
    await browser?.close();
    await server?.stop();
    ip('netns', 'del', netns);
  }
});
