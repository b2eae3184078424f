// What the tests do as a participant would, and what they read of a call.
import { setTimeout as delay } from 'node:timers/promises';
import { dump } from './server.mjs';

/** Joins a room through the screens: landing page is skipped by the link, as invited people do. The page may be Firefox's. */
export async function joinRoom(page, url, room, name, { devices = true } = {}) {
  const of = (id) => `[data-testid="${id}"]`;
  await page.goto(`${url}/${room}?debug`);
  await page.locator(of('prejoin-name')).fill(name);
  await page.locator(of(devices ? 'prejoin-join' : 'prejoin-bare')).click();
  await page.waitForSelector(of('toolbar-leave'), { timeout: 20000 });
}

/** Waits until check() returns something true, and returns it with the time that it took. Else it fails and leaves the servers' view of it. */
export async function until(what, check, { timeout = 10000, every = 50 } = {}) {
  const start = performance.now();
  let last;
  for (;;) {
    last = await check();
    if (last) return { value: last, ms: performance.now() - start };
    if (performance.now() - start > timeout) throw new Error(`not within ${timeout} ms: ${what} (${await dump()})`);
    await delay(every);
  }
}

/** The inbound RTP streams of the page's PeerConnection, with what they show where that is known. */
export function inbound(page) {
  return page.evaluate(async () => {
    const { call, pc } = window.__salon;
    const connection = pc();
    if (!connection) return [];
    const shown = new Map();
    for (const video of call.videos.value) {
      const track = video.stream.value?.getVideoTracks()[0];
      if (track && !video.self) shown.set(track.id, { participant: video.participant, source: video.source, name: video.name });
    }
    const mids = new Map(connection.getTransceivers().map((t) => [t.mid, t.receiver.track.id]));
    const report = await connection.getStats();
    return [...report.values()].filter((s) => s.type === 'inbound-rtp').map((s) => ({
      mid: s.mid, kind: s.kind, packets: s.packetsReceived, lost: s.packetsLost, frames: s.framesDecoded ?? 0,
      width: s.frameWidth ?? 0, height: s.frameHeight ?? 0, keyframes: s.keyFramesDecoded ?? 0, freezes: s.freezeCount ?? 0,
      frozen: s.totalFreezesDuration ?? 0, energy: s.totalAudioEnergy ?? 0, samples: s.totalSamplesReceived ?? 0,
      concealed: s.concealedSamples ?? 0, at: s.timestamp, ...shown.get(mids.get(s.mid)),
    }));
  });
}

/** The inbound video of one participant, or undefined. */
export async function videoOf(page, name, source = 'camera') {
  return (await inbound(page)).find((s) => s.kind === 'video' && s.name === name && s.source === source);
}

/**
 * Shows a participant's camera in a tile of the given size (CSS pixels; null: not at all). The page's own layout is not heard
 * any more: it would speak again whenever somebody begins or ends to speak.
 */
export function showIn(page, name, width, height) {
  return page.evaluate(([who, w, h]) => {
    const { call } = window.__salon;
    const show = (window.__show ??= call.setTiles.bind(call));
    call.setTiles = () => undefined;
    const video = call.videos.value.find((v) => v.name === who);
    show(w ? [{ key: video.key, width: w, height: h }] : []);
  }, [name, width, height]);
}

/** Frames decoded per second of one participant's video, measured over the given time. */
export async function frameRate(page, name, source = 'camera', ms = 2000) {
  const before = await videoOf(page, name, source);
  await delay(ms);
  const after = await videoOf(page, name, source);
  if (!before || !after) return 0;
  return ((after.frames - before.frames) * 1000) / (after.at - before.at);
}

/** How many inbound audio streams have gained energy since `before` (a result of inbound()). */
export function heard(before, after) {
  const was = new Map(before.filter((s) => s.kind === 'audio').map((s) => [s.mid, s.energy]));
  return after.filter((s) => s.kind === 'audio' && s.energy > (was.get(s.mid) ?? 0) + 1e-7).length;
}

/** The value below which the given share of the values lies. */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

/** What /debug/rooms says of the page's participant: slots by what they hold, publications by source, the estimate toward it. */
export async function debugOf(server, page) {
  const id = await page.evaluate(() => window.__salon.call.self.value);
  const snapshot = await server.debug();
  const found = snapshot.rooms.flatMap((r) => r.participants).find((p) => p.id === id);
  if (!found) return undefined;
  return {
    slots: found.slots.filter((s) => s.media.filled).map((s) => ({ mid: s.mid, ...s.holds, ...s.media })),
    publications: found.publications.map((p) => ({ source: p.source, muted: p.muted, ...p.media })),
    estimate: found.estimate,
  };
}
