// A call whose media passes linksim: some publish, one or more watch.
import { setTimeout as delay } from 'node:timers/promises';
import { startBehindLinksim } from '../harness/linksim.mjs';
import { launchChromium } from '../harness/chromium.mjs';
import { debugOf, joinRoom, until, videoOf } from '../harness/call.mjs';

/** The way between a receiver and the server when nothing is wrong: a round trip of 40 ms. The queue is that of RFC 8867. */
export const CALM = { loss: '0', jitter: '0ms', delay: '20ms', rate: '0', queue_time: '300ms' };

/** How to end what a measurement has started, for when it does not end by itself. */
const started = new Set();

/** Notes it; the returned function ends it, once. */
export function ending(stop) {
  let once;
  const end = () => { started.delete(end); return (once ??= stop()); };
  started.add(end);
  return end;
}

/** Ends all that is left, as far as that is possible within 10 s. */
export const endAll = () => Promise.race([Promise.allSettled([...started].map((end) => end())), delay(10_000)]);

/**
 * Starts server, network, browser and people. Publishers (the first is Ana) watch nobody; viewers publish nothing and
 * show every publisher in tiles of the given size. Ana speaks, the others are muted. Pages are small, so that this
 * machine spends its time on the media.
 */
export async function openStage({ camera, publishers, viewers, tile }) {
  const network = await startBehindLinksim();
  let browser;
  const stop = ending(async () => { await browser?.close(); await network.stop(); });
  try {
    browser = await launchChromium({ camera, rate: 30, voice: true });
    const join = async (name, devices) => {
      const page = await browser.newPage({ width: 320, height: 240 });
      await joinRoom(page, network.server.url, 'quality', name, { devices });
      await page.evaluate(takeTiles);
      return { name, page };
    };
    const [publishing, watching] = [[], []];
    for (const name of publishers) publishing.push(await join(name, true));
    for (const { page } of publishing.slice(1)) await page.evaluate(() => window.__salon.call.setMicrophone(false));
    for (const name of viewers) watching.push(await join(name, false));
    for (const { page } of watching) await show(page, publishers, tile);
    for (const { name, page } of watching) {
      for (const other of publishers) await until(`${name} sees ${other}`, async () => (await videoOf(page, other))?.frames > 0, { timeout: 20000 });
    }
    for (const { page } of watching) await network.sim.setFor(page, { up: CALM, down: CALM });
    return { ...network, publishers: publishing, viewers: watching, stop };
  } catch (e) {
    await stop();
    throw e;
  }
}

/** The page's layout asks for nothing any more; `window.__tiles` does. */
function takeTiles() {
  const { call } = window.__salon;
  const set = call.setTiles.bind(call);
  call.setTiles = () => undefined;
  window.__tiles = set;
  set([]);
}

/** Shows these people's cameras in tiles of that size (CSS pixels), the first as the most important. */
export function show(page, names, [width, height]) {
  return page.evaluate(([who, w, h]) => {
    const keys = who.map((name) => window.__salon.call.videos.value.find((v) => v.name === name && v.source === 'camera')?.key).filter(Boolean);
    window.__tiles(keys.map((key) => ({ key, width: w, height: h })));
  }, [names, width, height]);
}

/** Waits, but not for ever, until a viewer gets pictures of that width; says whether it does. */
export async function whole(page, name, width, timeout = 12000) {
  for (const end = Date.now() + timeout; Date.now() < end; await delay(100)) {
    if ((await videoOf(page, name))?.width === width) return true;
  }
  return false; // the measurement will show it
}

/**
 * Watches what the server sends into a page's slots, how long its link's queue is (ms), and what the server estimates
 * (kbit/s, with the reason; told from the first moment), until stop() is called. begin() forgets what came before.
 * @returns {Promise<{begin: () => void, stop: () => Promise<{queue: number[], switches: number, temporal: number, reasons: object, estimates: string[]}>}>}
 */
export async function watchServer({ server, sim }, page, rate = 0) {
  const { client } = (await sim.linksOf(page))[0];
  const nothing = () => ({ queue: [], switches: 0, temporal: 0, reasons: {} });
  const seen = { ...nothing(), estimates: [] };
  let state = '';
  const start = performance.now();
  const current = new Map();
  let on = true;
  const queue = async () => {
    while (on && rate > 0) {
      const link = (await sim.stats()).clients.find((c) => c.client === client);
      if (link) seen.queue.push((link.down.waiting_bytes * 8000) / rate);
      await delay(50);
    }
  };
  const layers = async () => {
    while (on) {
      const now = await debugOf(server, page);
      const e = now?.estimate;
      if (e && `${e.bitrate} ${e.reason}` !== state) {
        state = `${e.bitrate} ${e.reason}`;
        seen.estimates.push(`${((performance.now() - start) / 1000).toFixed(1)} s: ${Math.round(e.bitrate / 1000)}, ${e.state}, ${e.reason}, `
          + `received ${Math.round(e.received / 1000)}, loss ${(100 * e.loss).toFixed(1)} %, queue ${Math.round(e.queue_ns / 1e6)} ms`);
      }
      for (const slot of now?.slots ?? []) {
        if (slot.source !== 'camera') continue;
        const was = current.get(slot.participant);
        if (was && was.spatial !== slot.current.spatial) seen.switches++;
        else if (was && was.temporal !== slot.current.temporal) seen.temporal++;
        current.set(slot.participant, slot.current);
        const why = `${slot.current.spatial}/${slot.current.temporal}: ${slot.reason}`;
        seen.reasons[why] = (seen.reasons[why] ?? 0) + 1;
      }
      await delay(250);
    }
  };
  const running = Promise.all([queue(), layers()]).catch((e) => { seen.error = String(e); });
  return {
    begin: () => { Object.assign(seen, nothing()); seen.estimates.push('measured from here'); },
    stop: async () => { on = false; await running; return seen; },
  };
}
