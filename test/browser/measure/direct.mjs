// The same picture and sound from one page to another without any server, through the same network: what can be had.
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { launchChromium } from '../harness/chromium.mjs';
import { startLinksim } from '../harness/linksim.mjs';
import { until } from '../harness/call.mjs';
import { CALM, ending } from './stage.mjs';
import { longestGap, received, sent, startSampling, stopSampling } from './sampler.mjs';

/**
 * Measures a direct RTCPeerConnection.
 * @param {{camera: string, videos?: number, maxBitrate: number, link: object, then?: object}} options link: settings toward
 * the receiver; then: those that come half a second after the measurement has begun
 */
export async function measureDirect({ camera, videos = 1, maxBitrate, link, then }, { warm, seconds }) {
  const blank = createServer((_, response) => response.end('<!doctype html>'));
  await new Promise((done) => blank.listen(0, 'localhost', done));
  const browser = await launchChromium({ camera, rate: 30, voice: true });
  let sim;
  const stop = ending(async () => {
    await browser.close();
    await sim?.stop();
    blank.close();
  });
  try {
    const [from, to] = [await browser.newPage({ width: 320, height: 240 }), await browser.newPage({ width: 320, height: 240 })];
    for (const page of [from, to]) await page.goto(`http://localhost:${blank.address().port}/`);
    const offer = await from.evaluate(offering, [camera, videos, maxBitrate]);
    const answer = await to.evaluate(answering, offer);
    const target = answer.match(/^a=candidate:\S+ 1 udp \d+ ([\d.]+) (\d+) typ host/im);
    if (!target) throw new Error(`the receiver has no IPv4 address: ${answer.match(/a=candidate.*/g)}`);
    sim = await startLinksim({ listen: `${target[1]}:0`, target: `${target[1]}:${target[2]}`, seed: 1 });
    await from.evaluate(connecting, [answer, sim.listen]);
    await until('pictures arrive', () => to.evaluate(async () => [...(await window.__pc.getStats()).values()].some((s) => s.kind === 'video' && s.framesDecoded > 0)), { timeout: 15000 });
    await sim.set({ up: { ...CALM, ...link }, down: CALM }); // the sender is linksim's client
    await delay(warm * 1000);
    for (const page of [from, to]) await startSampling(page);
    if (then) {
      await delay(500);
      await sim.set({ up: { ...CALM, ...then }, down: CALM });
    }
    await delay(seconds * 1000);
    const [given, samples] = [sent(await stopSampling(from)), await stopSampling(to)];
    const got = received(samples);
    return {
      ...(then && { gap: longestGap(samples), still: (got.frozen / 100) * got.seconds, freezes: got.freezes }),
      source: given.fps, concealed: got.concealed, fps: got.fps / videos, share: got.frames / videos / Math.max(1, given.frames), frozen: got.frozen / videos, seen: got,
    };
  } finally {
    await stop();
  }
}

/** In the sending page: everything is captured and offered; the candidates go nowhere, since linksim stands between. */
async function offering([camera, videos, maxBitrate]) {
  const [width, height] = camera.split('x').map(Number);
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true }, video: { width, height, frameRate: 30 } });
  const pc = (window.__pc = new RTCPeerConnection());
  pc.addTrack(stream.getAudioTracks()[0], stream);
  for (let i = 0; i < videos; i++) {
    const t = pc.addTransceiver(stream.getVideoTracks()[0].clone(), { direction: 'sendonly', streams: [stream], sendEncodings: [{ maxBitrate }] });
    const { codecs } = RTCRtpSender.getCapabilities('video');
    t.setCodecPreferences([...codecs.filter((c) => c.mimeType === 'video/VP8'), ...codecs.filter((c) => c.mimeType !== 'video/VP8')]);
  }
  await pc.setLocalDescription();
  return pc.localDescription.sdp.replace(/^a=candidate.*\r\n/gm, '');
}

/** In the receiving page: answers, plays, and returns the answer with its candidates. */
async function answering(sdp) {
  const pc = (window.__pc = new RTCPeerConnection());
  pc.ontrack = ({ track }) => {
    const element = document.body.appendChild(document.createElement(track.kind));
    Object.assign(element, { autoplay: true, width: 160, srcObject: new MediaStream([track]) });
  };
  await pc.setRemoteDescription({ type: 'offer', sdp });
  await pc.setLocalDescription();
  if (pc.iceGatheringState !== 'complete') await new Promise((done) => (pc.onicegatheringstatechange = () => pc.iceGatheringState === 'complete' && done()));
  return pc.localDescription.sdp;
}

/** In the sending page: the only way to the receiver is linksim. */
async function connecting([sdp, listen]) {
  const [address, port] = listen.split(':');
  await window.__pc.setRemoteDescription({ type: 'answer', sdp: sdp.replace(/^a=candidate.*\r\n/gm, '') });
  await window.__pc.addIceCandidate({ sdpMLineIndex: 0, candidate: `candidate:1 1 udp 2130706431 ${address} ${port} typ host` });
}
