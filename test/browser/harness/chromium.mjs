// Real Chromium profiles with fake devices.
import { chromium } from 'playwright-core';
import { cameraFile } from './camera.mjs';
import { tonesFile, voiceFile } from './voice.mjs';

const args = [
  '--no-sandbox', '--disable-gpu', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream=fps=20',
  '--autoplay-policy=no-user-gesture-required', '--disable-features=WebRtcHideLocalIpsWithMdns',
  '--allow-loopback-in-peer-connection', '--auto-select-desktop-capture-source=Entire screen',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--mute-audio', '--lang=en',
];

/**
 * Launches a browser. Each page of it is a participant; off-origin requests are collected in `foreign`. The camera is
 * of 640x360 and 20 frames per second unless told otherwise, so that two cores can encode three of them. The microphone
 * beeps once a second; with `voice` it never falls silent, so that every sample that is made up counts; with `tones` it
 * hears another tone on each side.
 * @param {{camera?: string, rate?: number, voice?: boolean, tones?: boolean, extra?: string[], executable?: string}} [options]
 */
export async function launchChromium({ camera = '640x360', rate = 20, voice = false, tones = false, extra = [], executable = '/usr/bin/chromium' } = {}) {
  const browser = await chromium.launch({
    executablePath: executable, headless: true,
    args: [
      ...args, `--use-file-for-fake-video-capture=${cameraFile(camera, rate)}`,
      ...(voice ? [`--use-file-for-fake-audio-capture=${voiceFile()}`] : []),
      ...(tones ? [`--use-file-for-fake-audio-capture=${tonesFile()}`] : []), ...extra,
    ],
  });
  const foreign = [];
  return {
    browser,
    foreign,
    /** A profile of its own with one page. */
    newPage: async ({ width = 1280, height = 800, locale = 'en-GB', errors = [] } = {}) => {
      const context = await browser.newContext({ viewport: { width, height }, locale, permissions: [] });
      const page = await context.newPage();
      page.on('pageerror', (e) => errors.push(String(e)));
      page.on('request', (r) => {
        const { protocol, hostname } = new URL(r.url());
        if (!['data:', 'blob:'].includes(protocol) && hostname !== 'localhost') foreign.push(r.url());
      });
      return page;
    },
    close: () => browser.close(),
  };
}
