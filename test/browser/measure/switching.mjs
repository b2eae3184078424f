// Forces layer and publication switches in a receiving page and looks at each: how long until it is seen, the longest time
// without a new picture, pictures that were decoded wrongly, what the browser counts, and how far lips are from voices.
import { percentile } from '../harness/call.mjs';

/** Tiles that make the server choose each layer of a 960x540 camera, and the widths that belong to a layer. */
export const SIZE = [960, 540];
const LAYERS = [
  { tile: [240, 135], from: 1, to: 240 },
  { tile: [480, 270], from: 241, to: 480 },
  { tile: [960, 540], from: 481, to: 960 },
];

/** How long a switch is waited for, and what is looked at after it. */
const TIMEOUT_MS = 10_000;
const AFTER_MS = 300;
/** A picture that was taken longer ago is a replayed one: not yet what happens now. */
const LIVE_MS = 1000;
/** A beep comes every 400 ms; without one within this there is no lip sync to tell. */
const BEEP_MS = 1500;

/** A page that receives has one video slot, so that every other publication must take over the same slot. Before the page is loaded. */
export function oneVideoSlot() {
  const add = RTCPeerConnection.prototype.addTransceiver;
  let first;
  RTCPeerConnection.prototype.addTransceiver = function (kind, init) {
    if (kind !== 'video' || init?.direction !== 'recvonly') return add.call(this, kind, init);
    if (first?.owner !== this) first = { owner: this, transceiver: add.call(this, kind, init) };
    return first.transceiver;
  };
}

/** Takes the tiles away from the page's layout, and gives the page `__switch`. The page has joined and watches the clockwork. */
export const prepare = (page) => page.evaluate(([timeout, after, live, beepWithin]) => {
  const { call, pc } = window.__salon;
  const setTiles = call.setTiles.bind(call);
  call.setTiles = () => undefined;
  const clock = window.__clock;
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const when = async (check, ms) => {
    for (const end = Date.now() + ms; ;) {
      const found = check();
      if (found || Date.now() > end) return found;
      await new Promise((done) => { clock.changed = done; setTimeout(done, 100); });
    }
  };
  const stats = async () => {
    const s = [...(await pc().getStats()).values()].find((x) => x.type === 'inbound-rtp' && x.kind === 'video') ?? {};
    return {
      frozen: s.totalFreezesDuration ?? 0, freezes: s.freezeCount ?? 0, dropped: s.framesDropped ?? 0, keyframes: s.keyFramesDecoded ?? 0,
      plis: (s.pliCount ?? 0) + (s.firCount ?? 0), decoder: s.decoderImplementation ?? '', garbled: clock.garbled,
    };
  };
  const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)];
  /** When a sound of the person came, and how late: the next beep, or what the browser says of its playout (since 1900 or 1970). */
  const soundOf = async (who, from) => {
    if (clock.hears()) return when(() => clock.beeps.find((b) => b.who === who && b.at > from), beepWithin);
    await wait(200);
    const at = Date.now();
    const s = [...(await pc().getStats()).values()].find((x) => x.type === 'inbound-rtp' && x.kind === 'audio' && x.mid === clock.voices[who]);
    if (!s?.estimatedPlayoutTimestamp) return null;
    const lag = at - s.estimatedPlayoutTimestamp;
    return { at, lag: lag < -1e12 ? lag + 2_208_988_800_000 : lag };
  };
  const lips = async (who, from) => {
    const sound = await soundOf(who, from);
    if (!sound) return null;
    await wait(Math.max(0, sound.at + 150 - Date.now()));
    const lags = clock.frames.filter((f) => f.who === who && f.at >= from && Math.abs(f.at - sound.at) < 150).map((f) => f.lag);
    return lags.length > 0 ? { video: median(lags), audio: Math.round(sound.lag) } : null;
  };
  /** Shows the `who`-th person's camera in a tile until pictures of these widths come. */
  window.__switch = async ({ who, names, tile: [width, height], from, to }) => {
    const before = await stats();
    const video = call.videos.value.find((v) => v.name === names[who] && v.source === 'camera');
    const start = Date.now();
    setTiles([{ key: video.key, width, height }]);
    const wanted = (f) => f.at > start && f.who === who && f.width >= from && f.width <= to;
    const seen = await when(() => clock.frames.find((f) => wanted(f) && f.lag < live), timeout);
    const stale = Math.max(0, ...clock.frames.filter((f) => f.at > start && f.who === who && f.lag >= live).map((f) => f.lag));
    const end = seen ? seen.at + after : Date.now();
    const sync = seen ? await lips(who, seen.at) : null;
    await wait(Math.max(0, end - Date.now()));
    const moments = clock.frames.filter((f) => f.at >= start - 1000 && f.at <= end).map((f) => f.at);
    const gaps = moments.slice(1).map((at, i) => (at > start ? at - moments[i] : 0));
    const now = await stats();
    const change = Object.fromEntries(Object.keys(now).filter((k) => typeof now[k] === 'number').map((k) => [k, now[k] - before[k]]));
    return { ms: seen ? seen.at - start : null, gap: Math.max(0, ...gaps), stale, lips: sync && sync.video - sync.audio, late: sync, ...change, decoder: now.decoder, last: clock.frames.at(-1) };
  };
}, [TIMEOUT_MS, AFTER_MS, LIVE_MS, BEEP_MS]);

/** Makes n switches, of a layer and of a publication in turn, from a seed; `each` sees the results as they come. */
export async function forceSwitches(page, names, n, { seed = 1, each = () => undefined } = {}) {
  let state = seed;
  const random = (below) => { // a linear congruential generator (Numerical Recipes)
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  let [who, layer] = [0, 0];
  await page.evaluate((s) => window.__switch(s), { who, names, ...LAYERS[layer] });
  const results = [];
  for (let i = 0; i < n; i++) {
    const was = `${names[who]} ${layer}`;
    if (i % 2 === 0) layer = (layer + 1 + random(LAYERS.length - 1)) % LAYERS.length;
    else [who, layer] = [1 - who, random(LAYERS.length)];
    const result = { kind: i % 2 === 0 ? 'layer' : 'publication', from: was, to: `${names[who]} ${layer}`, ...(await page.evaluate((s) => window.__switch(s), { who, names, ...LAYERS[layer] })) };
    results.push(result);
    each(result, i);
  }
  return results;
}

/** What is wrong with a switch, or ''. Where no sound can be told, nothing is said of lips. */
export function faultOf(r) {
  if (r.ms === null) return `never seen within ${TIMEOUT_MS / 1000} s`;
  if (r.gap > 500) return `${r.gap} ms without a picture`;
  if (r.frozen > 0.5) return `the browser counts ${r.frozen.toFixed(2)} s frozen`;
  if (r.garbled > 0) return `${r.garbled} pictures do not read`;
  if (r.lips !== null && Math.abs(r.lips) > 80) return `the picture is ${r.lips > 0 ? 'behind' : 'before'} the sound by ${Math.abs(r.lips)} ms`;
  return '';
}

/** Sums up: how many, how long, how bad. */
export function summary(results) {
  const line = (list) => (list.length === 0 ? null : { p50: percentile(list, 0.5), p95: percentile(list, 0.95), p99: percentile(list, 0.99), max: Math.max(...list) });
  const of = (kind) => results.filter((r) => r.kind === kind && r.ms !== null).map((r) => r.ms);
  const total = (field) => results.reduce((sum, r) => sum + r[field], 0);
  const lips = results.map((r) => r.lips).filter((v) => v !== null);
  return {
    switches: results.length, unseen: results.filter((r) => r.ms === null).length, layer_ms: line(of('layer')), publication_ms: line(of('publication')),
    gap_ms: line(results.map((r) => r.gap)), over_500_ms: results.filter((r) => r.gap > 500).length, frozen_over_500_ms: results.filter((r) => r.frozen > 0.5).length,
    stale: results.filter((r) => r.stale > 0).length, stale_max_ms: Math.max(...results.map((r) => r.stale)),
    freezes: total('freezes'), garbled: total('garbled'), plis: total('plis'), dropped: total('dropped'), keyframes: total('keyframes'),
    lips_ms: { median: percentile(lips, 0.5), ...line(lips.map(Math.abs)) }, lips_over_80: lips.filter((v) => Math.abs(v) > 80).length, lips_unknown: results.length - lips.length,
    decoders: [...new Set(results.map((r) => r.decoder))],
  };
}
