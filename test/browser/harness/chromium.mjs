// Real Chromium profiles with fake devices.
import { chromium } from 'playwright-core';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const args = [
  '--no-sandbox', '--disable-gpu', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream=fps=20',
  '--autoplay-policy=no-user-gesture-required', '--disable-features=WebRtcHideLocalIpsWithMdns',
  '--allow-loopback-in-peer-connection', '--auto-select-desktop-capture-source=Entire screen',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--mute-audio', '--lang=en',
];

/** The fake camera: a moving picture of 640x360, so that two cores can encode three of them. */
export function cameraFile(size = '640x360') {
  const folder = join(tmpdir(), 'salon-test-media');
  const file = join(folder, `camera-${size}.y4m`);
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    execFileSync('ffmpeg', ['-loglevel', 'error', '-y', '-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=20:duration=4`, '-pix_fmt', 'yuv420p', file]);
  }
  return file;
}

/**
 * Launches a browser. Each page of it is a participant; off-origin requests are collected in `foreign`.
 * @param {{camera?: string, extra?: string[], executable?: string}} [options]
 */
export async function launchChromium({ camera = '640x360', extra = [], executable = '/usr/bin/chromium' } = {}) {
  const browser = await chromium.launch({
    executablePath: executable, headless: true,
    args: [...args, `--use-file-for-fake-video-capture=${cameraFile(camera)}`, ...extra],
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
