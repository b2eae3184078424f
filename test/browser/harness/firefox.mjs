// Firefox over WebDriver BiDi, with fake devices.
import puppeteer from 'puppeteer-core';

/** Launches Firefox and returns { newPage, close }. Pages are puppeteer's, not playwright's. */
export async function launchFirefox() {
  const browser = await puppeteer.launch({
    browser: 'firefox', executablePath: '/usr/bin/firefox-esr', headless: true,
    extraPrefsFirefox: {
      'media.navigator.streams.fake': true, 'media.navigator.permission.disabled': true,
      'media.peerconnection.ice.obfuscate_host_addresses': false, 'media.peerconnection.ice.loopback': true,
      'media.autoplay.default': 0, 'media.gmp-manager.updateEnabled': false, 'intl.accept_languages': 'en-GB',
      'datareporting.policy.dataSubmissionEnabled': false, 'app.update.enabled': false,
    },
  });
  return {
    newPage: async () => {
      const page = await browser.newPage();
      await page.setViewport({ width: 1280, height: 800 });
      return page;
    },
    close: () => browser.close(),
  };
}
