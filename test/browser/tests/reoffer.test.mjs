// Firefox cannot change the codec of a sender: its client puts another one first and offers again.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { startServer } from '../harness/server.mjs';
import { launchChromium } from '../harness/chromium.mjs';
import { launchFirefox } from '../harness/firefox.mjs';
import { debugOf, joinRoom, until, videoOf } from '../harness/call.mjs';

let server, chromium, firefox, fox, bob;
const room = 'reoffer';

before(async () => {
  server = await startServer({ settings: { 'media.codecs.screen': 'vp9,vp8' } });
  chromium = await launchChromium();
  firefox = await launchFirefox();
  fox = await firefox.newPage();
  await fox.evaluateOnNewDocument(drawnScreen);
  await joinRoom(fox, server.url, room, 'Fox');
  bob = await chromium.newPage();
  await joinRoom(bob, server.url, room, 'Bob', { devices: false });
});
after(async () => { await firefox?.close(); await chromium?.close(); await server?.stop(); });

/** In the page: a canvas that is never still, in place of a screen, which a browser without a window has not. */
function drawnScreen() {
  navigator.mediaDevices.getDisplayMedia = async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
    const pen = canvas.getContext('2d');
    let n = 0;
    setInterval(() => {
      pen.fillStyle = `hsl(${(n += 7) % 360} 80% 50%)`;
      pen.fillRect(0, 0, 640, 360);
      pen.fillStyle = 'white';
      pen.fillText(String(n), 20 + (n % 500), 180);
    }, 66);
    return canvas.captureStream(15);
  };
}

/** In the page: a browser that cannot decode VP9. */
function withoutVP9() {
  const add = RTCPeerConnection.prototype.addTransceiver;
  RTCPeerConnection.prototype.addTransceiver = function (kind, init) {
    const section = add.call(this, kind, init);
    const codecs = RTCRtpReceiver.getCapabilities('video').codecs.filter((c) => c.mimeType !== 'video/VP9');
    if (kind === 'video' && init.direction === 'recvonly') section.setCodecPreferences(codecs);
    return section;
  };
}

const published = async () => (await debugOf(server, fox)).publications.find((p) => p.source === 'screen');
const sends = (codec) => until(`Fox sends ${codec}`, async () => (await published())?.codec.toLowerCase() === codec, { timeout: 30000 });
async function sees(name, page) {
  const frames = async () => (await videoOf(page, 'Fox', 'screen'))?.frames ?? 0;
  const before = await frames();
  await until(`${name} sees the screen`, async () => (await frames()) > before + 10, { timeout: 30000 });
}

test('Firefox changes the codec of its screen to what all can decode, and back', { timeout: 180000 }, async (t) => {
  await fox.evaluate(() => window.__salon.call.startScreen());
  await sends('vp9');
  await sees('Bob', bob);
  const connection = await fox.evaluate(() => { window.__first = window.__salon.pc(); return window.__first.iceConnectionState; });
  const cleo = await chromium.newPage();
  await cleo.addInitScript(withoutVP9);
  await joinRoom(cleo, server.url, room, 'Cleo', { devices: false });
  const { ms } = await sends('vp8');
  await sees('Cleo', cleo);
  await sees('Bob', bob);
  await cleo.context().close();
  const back = await sends('vp9');
  await sees('Bob', bob);
  t.diagnostic(`${connection}; VP8 after ${ms.toFixed(0)} ms, VP9 again ${back.ms.toFixed(0)} ms after Cleo left`);
  assert.ok(await fox.evaluate(() => window.__first === window.__salon.pc()), 'one connection carries it all');
});
