// A call in which two clockworks publish, and one page in each browser watches them through one video slot.
import { launchChromium } from '../harness/chromium.mjs';
import { launchFirefox } from '../harness/firefox.mjs';
import { startProxy } from '../harness/proxy.mjs';
import { startServer } from '../harness/server.mjs';
import { debugOf, joinRoom, until, videoOf } from '../harness/call.mjs';
import { useClockwork, watchClockwork, WORKLET } from '../harness/clockwork.mjs';
import { oneVideoSlot, prepare, SIZE } from './switching.mjs';

/** @param {string[]} browsers of those who watch: "chromium", "firefox" */
export async function openClockwork(browsers) {
  const open = [];
  const stop = async () => { for (const close of open.reverse()) await close(); };
  try {
    const server = await startServer();
    open.push(server.stop);
    const proxy = await startProxy(server.url, WORKLET);
    open.push(async () => proxy.close());
    const chromium = await launchChromium();
    open.push(chromium.close);
    const names = ['Ana', 'Bob'];
    for (const [who, name] of names.entries()) {
      const page = await chromium.newPage({ width: 320, height: 240 });
      await useClockwork(page, who, SIZE);
      await joinRoom(page, proxy.url, 'clockwork', name);
      await page.evaluate(publishOnly);
    }
    const pages = {};
    for (const browser of browsers) {
      const page = browser === 'firefox' ? await newFirefoxPage(open) : await chromium.newPage({ width: 640, height: 360 });
      await (page.addInitScript ? page.addInitScript(oneVideoSlot) : page.evaluateOnNewDocument(oneVideoSlot));
      await joinRoom(page, proxy.url, 'clockwork', `from ${browser}`, { devices: false });
      await until(`${browser} sees somebody`, async () => (await Promise.all(names.map((n) => videoOf(page, n)))).some((v) => v?.frames > 0), { timeout: 20000 });
      await watchClockwork(page);
      await tellVoices(server, page, names);
      await prepare(page);
      pages[browser] = page;
    }
    return { server, names, pages, stop };
  } catch (e) {
    await stop();
    throw e;
  }
}

async function newFirefoxPage(open) {
  const firefox = await launchFirefox();
  open.push(firefox.close);
  return firefox.newPage();
}

/** Tells the page in which audio slots (mids) the people are. */
async function tellVoices(server, page, names) {
  const voices = (await debugOf(server, page)).slots.filter((s) => s.source === 'microphone');
  await page.evaluate(([all, slots]) => {
    const idOf = (name) => window.__salon.call.videos.value.find((v) => v.name === name)?.participant;
    window.__clock.voices = all.map((name) => slots.find((s) => s.participant === idOf(name))?.mid);
  }, [names, voices.map(({ mid, participant }) => ({ mid, participant }))]);
}

/** A publisher shows nobody, and drops frames rather than pixels when this machine is busy: the layers keep their sizes. */
async function publishOnly() {
  const { call, pc } = window.__salon;
  call.setTiles([]);
  call.setTiles = () => undefined;
  for (const sender of pc().getSenders().filter((s) => s.track?.kind === 'video')) {
    const parameters = sender.getParameters();
    parameters.degradationPreference = 'maintain-resolution';
    await sender.setParameters(parameters);
  }
}
