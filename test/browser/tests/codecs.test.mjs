// One stream with three spatial layers serves tiles of every size; what is published follows the server's configuration, and
// who is present.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { startServer } from '../harness/server.mjs';
import { launchChromium } from '../harness/chromium.mjs';
import { launchFirefox } from '../harness/firefox.mjs';
import { debugOf, joinRoom, showIn, until, videoOf } from '../harness/call.mjs';

/** What Ana's camera sends. */
const sent = (ana) => ana.evaluate(async () => {
  const report = await window.__salon.pc().getStats();
  return [...report.values()].filter((s) => s.type === 'outbound-rtp' && s.kind === 'video' && s.rid && s.active)
    .map((s) => ({ rid: s.rid, mode: s.scalabilityMode, width: s.frameWidth, encoded: s.framesEncoded, keyframes: s.keyFramesEncoded, target: s.targetBitrate, limit: s.qualityLimitationReason }));
});

/** Frames that the page's video received and never decoded. */
const dropped = (page) => page.evaluate(async () => {
  const report = await window.__salon.pc().getStats();
  return [...report.values()].filter((s) => s.type === 'inbound-rtp' && s.kind === 'video').reduce((sum, s) => sum + (s.framesDropped ?? 0), 0);
});

/** Frames that a decoder without time may throw away in such a test; what cannot be decoded comes in dozens. */
const FEW = 10;

const cameraOf = async (server, page) => (await debugOf(server, page)).publications.find((p) => p.source === 'camera');

/** A call of Ana, who sends her camera in the codec, and Bob, who only watches; it ends with the test. */
async function call(t, settings, launchBob) {
  const room = 'codecs';
  const server = await startServer({ settings });
  t.after(() => server.stop());
  // The smallest picture of three sizes, and few of them: an encoder of AV1 and whoever decodes it share two cores.
  const browser = await launchChromium({ camera: '960x540', rate: settings['media.codecs.camera'] === 'av1' ? 8 : 15 });
  t.after(() => browser.close());
  const other = launchBob ? await launchBob() : browser;
  if (launchBob) t.after(() => other.close());
  const [ana, bob] = [await browser.newPage(), await other.newPage()];
  await joinRoom(ana, server.url, room, 'Ana');
  await joinRoom(bob, server.url, room, 'Bob', { devices: false });
  await until('Bob sees Ana', async () => (await videoOf(bob, 'Ana'))?.frames > 0, { timeout: 20000 });
  return { server, browser, ana, bob };
}

/** Waits until Ana sends the codec in three sizes, of which Bob could have any. */
async function threeLayers({ server, ana, bob }, codec) {
  await showIn(bob, 'Ana', 960, 540);
  await until(`Ana sends three layers of ${codec}`, async () => {
    const c = await cameraOf(server, ana);
    return c.codec.toLowerCase() === codec && c.encodings.filter((e) => e.live && e.width > 0).length === 3;
  }, { timeout: 30000 });
}

/**
 * Samples what Bob decodes until stopped; returns the pauses of more than half a second, in ms, in which Ana's encoder went on.
 */
function watch({ ana, bob }) {
  let on = true;
  const pauses = [];
  const done = (async () => {
    let last = null;
    while (on) {
      const [video, encoders] = [await videoOf(bob, 'Ana'), await sent(ana)];
      const encoded = encoders.reduce((sum, e) => sum + e.encoded, 0);
      if (!last || video.frames !== last.frames) {
        // Ten frames of three layers at fifteen a second: less, and she stood still herself.
        if (last && video.at - last.at > 500 && encoded - last.encoded > 10) pauses.push(Math.round(video.at - last.at));
        last = { frames: video.frames, at: video.at, encoded };
      }
      await delay(50);
    }
  })();
  return async () => { on = false; await done; return pauses; };
}

async function followsItsTile(t, c, mostPauses = 1) {
  const { server, bob } = c;
  const slot = async () => (await debugOf(server, bob)).slots.find((s) => s.source === 'camera');
  // A browser that has just begun, on a busy machine, may take its uplink for thin and leave the largest layer out for a while.
  const follow = async (spatial, width, height) => {
    let looks = 0;
    return until(`layer ${spatial} is decoded`, async () => {
      if (looks++ % 50 === 0) await showIn(bob, 'Ana', width, height); // again, for the layout may have had its own idea
      const [s, video] = [await slot(), await videoOf(bob, 'Ana')];
      return s?.current.spatial === spatial && s.width > 0 && video?.width === s.width;
    }, { every: 20, timeout: 30000 }).catch(async (e) => { throw new Error(`${e.message}; Ana sends ${JSON.stringify(await sent(c.ana))}`); });
  };
  await follow(2, 960, 540);
  const [before, lost, stop] = [await videoOf(bob, 'Ana'), await dropped(bob), watch(c)];
  const times = [];
  for (const [width, height, spatial] of [[240, 135, 0], [480, 270, 1], [960, 540, 2], [480, 270, 1], [240, 135, 0], [960, 540, 2]]) {
    const { ms } = await follow(spatial, width, height);
    times.push(`${spatial}: ${ms.toFixed(0)} ms`);
    await delay(1000);
  }
  const [after, pauses, inVain] = [await videoOf(bob, 'Ana'), await stop(), await dropped(bob) - lost];
  t.diagnostic(`layer follows the tile: ${times.join(', ')}; ${after.frames - before.frames} frames, ${after.keyframes - before.keyframes} keyframes, ` +
    `${inVain} dropped, frozen ${(after.frozen - before.frozen).toFixed(2)} s, pauses ${JSON.stringify(pauses)}; Ana: ${JSON.stringify(await sent(c.ana))}`);
  // None on an idle machine; on a busy one Ana's packets wait.
  assert.ok(pauses.length <= mostPauses, `no picture for more than half a second: ${pauses} ms`);
  assert.ok(after.frames - before.frames > 30, 'video went on');
  return inVain;
}

for (const codec of ['vp9', 'av1', 'h264']) {
  test(`${codec}: a receiver gets the layer that its tile needs`, { timeout: 180000 }, async (t) => {
    const c = await call(t, { 'media.codecs.camera': codec });
    await threeLayers(c, codec);
    // A frame that lacks what it refers to, or a picture without its end, would be thrown away.
    assert.ok(await followsItsTile(t, c) <= FEW, 'what is sent can be decoded');
  });
}

test('vp9: layers that nobody watches rest, and come back', { timeout: 90000 }, async (t) => {
  const c = await call(t, { 'media.codecs.camera': 'vp9' });
  await threeLayers(c, 'vp9');
  // The view is told again: the page's own layout may speak once more after a resize.
  const modeIs = (mode, width, height) => until(`Ana sends ${mode}`, async () => {
    await showIn(c.bob, 'Ana', width, height);
    return (await sent(c.ana)).map((s) => s.mode).join() === mode;
  }, { timeout: 20000 });
  const { ms } = await modeIs('L1T3', 240, 135);
  const before = (await videoOf(c.bob, 'Ana')).frames;
  await until('the smallest layer goes on', async () => (await videoOf(c.bob, 'Ana')).frames > before + 10);
  await modeIs('L3T3_KEY', 960, 540);
  const back = await until('the largest layer is decoded', async () => (await videoOf(c.bob, 'Ana')).width === 960, { timeout: 15000 });
  t.diagnostic(`rested after ${ms.toFixed(0)} ms, the largest is back after ${back.ms.toFixed(0)} ms`);
});

test('vp9: layers come and go on a link that carries half of them', { timeout: 90000 }, async (t) => {
  const c = await call(t, { 'media.codecs.camera': 'vp9', 'media.max_viewer_kbps': '400' });
  await showIn(c.bob, 'Ana', 960, 540);
  await until('Ana sends layers', async () => (await sent(c.ana)).some((s) => /^L[23]T3_KEY$/.test(s.mode)), { timeout: 20000 });
  const [before, lost, seen] = [await videoOf(c.bob, 'Ana'), await dropped(c.bob), new Set()];
  for (let i = 0; i < 60; i++) {
    const slot = (await debugOf(c.server, c.bob)).slots.find((s) => s.source === 'camera');
    seen.add(`${slot.current.spatial}/${slot.current.temporal}`);
    await delay(150);
  }
  const [after, inVain] = [await videoOf(c.bob, 'Ana'), await dropped(c.bob) - lost];
  t.diagnostic(`spatial/temporal layers ${[...seen].join(' ')}, ${after.frames - before.frames} frames, ${inVain} dropped, frozen ${(after.frozen - before.frozen).toFixed(2)} s`);
  assert.ok(inVain <= FEW, 'what is sent can be decoded');
  assert.ok(after.frames - before.frames > 30, 'video went on');
});

test('Firefox decodes the layers of VP9 that Chromium sends', { timeout: 180000 }, async (t) => {
  const c = await call(t, { 'media.codecs.camera': 'vp9' }, launchFirefox);
  await threeLayers(c, 'vp9');
  // Firefox goes without the dependency descriptor and waits longer for what the encoder drops on a busy machine.
  await followsItsTile(t, c, 3);
});

test('when somebody comes who cannot decode the codec, everybody changes to one that all can', { timeout: 90000 }, async (t) => {
  const c = await call(t, { 'media.codecs.camera': 'h264,vp8' });
  const { server, ana, bob } = c;
  const sends = (codec) => until(`Ana sends ${codec}`, async () => (await cameraOf(server, ana)).codec.toLowerCase() === codec, { timeout: 20000 });
  await sends('h264');
  const firefox = await launchFirefox(); // without the plug-in for H.264, which it would download
  t.after(() => firefox.close());
  const cleo = await firefox.newPage();
  await joinRoom(cleo, server.url, 'codecs', 'Cleo', { devices: false });
  await sends('vp8');
  for (const [name, page] of [['Bob', bob], ['Cleo', cleo]]) {
    const before = (await videoOf(page, 'Ana'))?.frames ?? 0;
    await until(`${name} sees Ana`, async () => (await videoOf(page, 'Ana'))?.frames > before + 10, { timeout: 20000 });
  }
});
