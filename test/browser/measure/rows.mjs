// The quality floors, one row per condition of the network, and how each is measured.
import { setTimeout as delay } from 'node:timers/promises';
import { percentile, videoOf } from '../harness/call.mjs';
import { CALM, openStage, watchServer, whole } from './stage.mjs';
import { longestGap, received, sent, startSampling, stopSampling } from './sampler.mjs';

const ONE = { camera: '1280x720', publishers: ['Ana'], viewers: ['Bob'], tile: [1280, 720] };
const TOP = 1280;

/** A floor holds when the value is at most, or at least, what it says. */
const most = (limit) => ({ limit, better: 'less' });
const least = (limit) => ({ limit, better: 'more' });

/** What is measured when Ana's camera and sound go to Bob over a link of those settings (or Ana's uplink has them). */
function watched(link, { up = false } = {}) {
  return async ({ warm, seconds }) => {
    const stage = await openStage(ONE);
    try {
      const [ana, bob] = [stage.publishers[0].page, stage.viewers[0].page];
      const server = await watchServer(stage, bob);
      await whole(bob, 'Ana', TOP);
      if (up) await stage.sim.setFor(ana, { up: { ...CALM, ...link }, down: CALM });
      else await stage.sim.setFor(bob, { down: { ...CALM, ...link } });
      await delay(warm * 1000);
      server.begin();
      for (const page of [ana, bob]) await startSampling(page);
      await delay(seconds * 1000);
      const [given, got, told] = [sent(await stopSampling(ana)), received(await stopSampling(bob), 'Ana'), await server.stop()];
      return {
        concealed: got.concealed, fps: got.fps, share: got.frames / Math.max(1, given.frames), frozen: got.frozen,
        switches: (told.switches * 60) / got.seconds, seen: { given, got, told },
      };
    } finally { await stage.stop(); }
  };
}

/** With room for a queue that is longer than the floor allows. */
const NARROW = { rate: '300kbit/s', queue_time: '1s' };

/** Four people on a link of 300 kbit/s. */
async function narrow({ warm, seconds }) {
  const names = ['Ana', 'Bea', 'Cid', 'Dan'];
  const stage = await openStage({ camera: '640x360', publishers: names, viewers: ['Eve'], tile: [640, 360] });
  try {
    const eve = stage.viewers[0].page;
    const server = await watchServer(stage, eve, 300_000);
    await stage.sim.setFor(eve, { down: { ...CALM, ...NARROW } });
    await delay(warm * 1000);
    server.begin();
    await startSampling(eve);
    await startSampling(stage.publishers[0].page);
    await delay(seconds * 1000);
    const [samples, given, told] = [await stopSampling(eve), sent(await stopSampling(stage.publishers[0].page)), await server.stop()];
    const each = names.map((name) => ({ name, ...received(samples, name) }));
    const best = each.reduce((a, b) => (b.fps > a.fps ? b : a));
    return {
      concealed: best.concealed, fps: best.fps, share: best.frames / Math.max(1, given.frames), frozen: best.frozen, switches: (told.switches * 60) / best.seconds,
      queue: percentile(told.queue, 0.95), seen: { given, got: each, told: { ...told, queue: undefined } },
    };
  } finally { await stage.stop(); }
}

/** The link grows from 300 kbit/s to 3 Mbit/s: how long until the largest pictures are decoded. */
async function rise({ warm }) {
  const stage = await openStage(ONE);
  try {
    const [ana, bob] = [stage.publishers[0].page, stage.viewers[0].page];
    const server = await watchServer(stage, bob);
    await whole(bob, 'Ana', TOP);
    await stage.sim.setFor(bob, { down: { ...CALM, rate: '300kbit/s' } });
    await delay(Math.max(15, warm) * 1000);
    const before = (await videoOf(bob, 'Ana'))?.width ?? 0;
    server.begin();
    await startSampling(ana);
    await stage.sim.setFor(bob, { down: { ...CALM, rate: '3Mbit/s' } });
    const start = performance.now();
    const top = await whole(bob, 'Ana', TOP, 30_000);
    const [given, told] = [sent(await stopSampling(ana)), await server.stop()];
    if (before === TOP) throw new Error('the largest pictures came through 300 kbit/s');
    return { top: top ? (performance.now() - start) / 1000 : Infinity, seen: { before, given, told: { ...told, queue: undefined } } };
  } finally { await stage.stop(); }
}

/** The link shrinks from 3 Mbit/s to 300 kbit/s: what is heard and seen of it in the 30 s after. */
async function fall({ warm }) {
  const stage = await openStage(ONE);
  try {
    const [ana, bob] = [stage.publishers[0].page, stage.viewers[0].page];
    const server = await watchServer(stage, bob, 300_000);
    await stage.sim.setFor(bob, { down: { ...CALM, rate: '3Mbit/s' } });
    await whole(bob, 'Ana', TOP, 20_000);
    await delay(warm * 1000);
    server.begin();
    for (const page of [ana, bob]) await startSampling(page);
    await delay(500);
    await stage.sim.setFor(bob, { down: { ...CALM, rate: '300kbit/s' } });
    await delay(30_000);
    const [given, samples, told] = [sent(await stopSampling(ana)), await stopSampling(bob), await server.stop()];
    const got = received(samples, 'Ana');
    return {
      concealed: got.concealed, fps: got.fps, gap: longestGap(samples), still: (got.frozen / 100) * got.seconds, freezes: got.freezes, queue: percentile(told.queue, 0.95),
      switches: (told.switches * 60) / got.seconds, seen: { given, got, told: { ...told, queue: undefined } },
    };
  } finally { await stage.stop(); }
}

/** One of five gets 200 kbit/s: what the four others get, beside what they got before, each as a share of what was sent. */
async function five({ warm, seconds }) {
  const stage = await openStage({ camera: '640x360', publishers: ['Ana'], viewers: ['Bob', 'Cid', 'Dan', 'Eve', 'Fay'], tile: [640, 360] });
  try {
    const [ana, pages] = [stage.publishers[0].page, stage.viewers.map((v) => v.page)];
    for (const page of pages) await whole(page, 'Ana', 640);
    await delay(warm * 1000);
    const half = async () => {
      for (const page of [ana, ...pages]) await startSampling(page);
      await delay(seconds * 500);
      const [given, ...got] = await Promise.all([ana, ...pages].map((p) => stopSampling(p)));
      const source = sent(given);
      const largest = Object.values(source.rids).reduce((a, b) => (b.width > a.width ? b : a));
      return { source, got: got.map((s) => received(s, 'Ana')).map((g) => ({ ...g, frameShare: g.fps / largest.fps, byteShare: g.bitrate / largest.bitrate })) };
    };
    const before = await half();
    await stage.sim.setFor(pages[0], { down: { ...CALM, rate: '200kbit/s' } });
    await delay(warm * 1000);
    const after = await half();
    const changes = [1, 2, 3, 4].flatMap((i) => ['frameShare', 'byteShare'].map((f) => 100 * (after.got[i][f] / before.got[i][f] - 1)));
    const others = after.got.slice(1);
    return {
      change: changes.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a)), fps: Math.min(...others.map((g) => g.fps)), frozen: Math.max(...others.map((g) => g.frozen)),
      concealed: Math.max(...others.map((g) => g.concealed)), seen: { before, after, changes },
    };
  } finally { await stage.stop(); }
}

/** A row about a link toward the receiver, which a direct call can have as well. */
const link = (id, title, settings, floors) => ({
  id, title, floors, measure: watched(settings), direct: { camera: '1280x720', maxBitrate: 1_700_000, link: settings },
});

/** Floors are percents of sound and of time, shares of the source's frames, frames per second, ms and s: by field of a measurement. */
export const ROWS = [
  link('none', 'none', {}, { concealed: most(0.3), share: least(0.97), frozen: most(0.2) }),
  link('loss5', '5 % random loss', { loss: '5%' }, { concealed: most(2), share: least(0.9), frozen: most(1) }),
  link('loss10', '10 % random loss', { loss: '10%' }, { concealed: most(3), share: least(0.8), frozen: most(3) }),
  link('loss20', '20 % random loss', { loss: '20%' }, { concealed: most(7), share: least(0.5), frozen: most(10) }),
  link('loss30', '30 % random loss', { loss: '30%' }, { concealed: most(12), fps: least(7), frozen: most(25) }),
  link('jitter30', 'jitter 30 ms', { jitter: '30ms' }, { concealed: most(1), share: least(0.95), frozen: most(1) }),
  link('jitter100', '100 +- 50 ms', { delay: '50ms', jitter: '100ms' }, { concealed: most(3), share: least(0.9), frozen: most(3) }),
  {
    id: 'narrow', title: '300 kbit/s, 4 publishers', measure: narrow, direct: { camera: '640x360', videos: 4, maxBitrate: 700_000, link: NARROW },
    floors: { concealed: most(1), fps: least(7), frozen: most(5), queue: most(300), switches: most(6) },
  },
  { id: 'rise', title: '300 kbit/s, then 3 Mbit/s', measure: rise, floors: { top: most(15) } },
  {
    id: 'fall', title: '3 Mbit/s, then 300 kbit/s', measure: fall, floors: { gap: most(1), still: most(3), freezes: most(1) },
    direct: { camera: '1280x720', maxBitrate: 1_700_000, link: { rate: '3Mbit/s' }, then: { rate: '300kbit/s' } },
  },
  {
    id: 'uplink', title: '10 % loss from the publisher', measure: watched({ loss: '10%' }, { up: true }), sameAs: 'loss10',
    floors: { concealed: most(3), share: least(0.7), frozen: most(5) },
  },
  { id: 'five', title: 'one receiver of five at 200 kbit/s', measure: five, floors: { change: { limit: 2, better: 'near' } } },
];
