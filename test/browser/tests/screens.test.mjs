// Every screen, in French and English, on a desktop and on a phone: nothing overflows, nothing leaves the origin,
// nothing breaks the content policy; and people whose devices are refused, missing, busy or forbidden are told what to do.
// Screenshots land in results/, to be looked at.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { startServer } from '../harness/server.mjs';
import { launchChromium } from '../harness/chromium.mjs';
import { joinRoom, until, videoOf } from '../harness/call.mjs';

const results = join(import.meta.dirname, '../results');
mkdirSync(results, { recursive: true });

let server, browser;
before(async () => { server = await startServer({ settings: { 'http.listen': '0.0.0.0:0' } }); browser = await launchChromium(); });
after(async () => { await browser?.close(); await server?.stop(); });

const sizes = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };
const words = {
  'fr-FR': { lang: 'fr', join: /Entrer|Rejoindre/, leave: /Quitter/ },
  'en-GB': { lang: 'en', join: /Join/, leave: /Leave/ },
};

for (const [locale, { lang, join: joinWord }] of Object.entries(words)) {
  for (const [name, size] of Object.entries(sizes)) {
    test(`${lang}, ${name}`, async () => {
      const errors = [];
      const page = await browser.newPage({ ...size, locale, errors });
      page.on('console', (m) => { if (/Content Security Policy|Permissions-Policy/.test(m.text())) errors.push(m.text()); });
      const shot = async (what) => {
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(overflow <= 0, `${what} is ${overflow} px wider than the screen`);
        await page.screenshot({ path: join(results, `${what}-${name}-${lang}.png`) });
      };
      const room = `screens-${lang}-${name}`;
      await page.goto(`${server.url}/`);
      await page.getByTestId('landing-room').waitFor();
      assert.equal(await page.locator('html').getAttribute('lang'), lang);
      await shot('landing');
      await page.getByTestId('landing-room').fill(room);
      await page.getByTestId('landing-go').click();
      await page.getByTestId('prejoin-name').waitFor();
      assert.match(await page.getByTestId('prejoin-join').innerText(), joinWord);
      await shot('prejoin');
      const other = await browser.newPage({ width: 400, height: 300, locale });
      await joinRoom(other, server.url, room, 'Camille');
      await page.getByTestId('prejoin-name').fill('Dominique');
      await page.getByTestId('prejoin-join').click();
      await page.getByTestId('toolbar-leave').waitFor();
      await until('Camille is seen', () => page.evaluate(() => [...document.querySelectorAll('video')].some((v) => v.videoWidth > 0 && v.closest('[data-self="false"]'))));
      await shot('room');
      await page.getByTestId('toolbar-chat').click();
      await page.getByTestId('chat-input').fill('Bonjour ! https://example.org');
      await page.getByTestId('chat-send').click();
      await page.getByTestId('chat-line').waitFor();
      await shot('chat');
      await page.keyboard.press('Escape');
      await page.getByTestId('toolbar-leave').click();
      await page.getByTestId('ended').waitFor();
      await shot('ended');
      assert.deepEqual(errors, []);
      await other.context().close();
      await page.context().close();
    });
  }
}

/** Opens a room with getUserMedia failing as given, clicks on join, and returns what the page then says. */
async function saidWhen(name, { url = server.url, missing = false } = {}) {
  const page = await browser.newPage();
  await page.addInitScript(([error, none]) => {
    if (error) navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('refused by the test', error));
    if (none) navigator.mediaDevices.enumerateDevices = () => Promise.resolve([]);
  }, [name, missing]);
  await page.goto(`${url}/refused`);
  const text = () => page.locator('body').innerText();
  await page.getByTestId('prejoin-name').waitFor();
  return { page, text };
}

for (const [error, pattern] of [
  ['NotAllowedError', /blocks|closed the request|denied/i],
  ['NotFoundError', /No (microphone|camera)/i],
  ['NotReadableError', /already (being )?used/i],
]) {
  test(`${error} is explained, and one can still come in`, async () => {
    const { page, text } = await saidWhen(error, { missing: error === 'NotFoundError' });
    await page.getByTestId('prejoin-name').fill('Ana');
    await page.getByRole('button', { name: /Turn on/ }).click();
    await until('the page says why', async () => pattern.test(await text()));
    await page.getByTestId('prejoin-bare').click();
    await page.getByTestId('toolbar-leave').waitFor();
    await page.context().close();
  });
}

const address = Object.values(networkInterfaces()).flat().find((a) => a.family === 'IPv4' && !a.internal)?.address;
test('an insecure page says so', { skip: !address && 'this machine has only a loopback address' }, async () => {
  const context = await browser.browser.newContext({ locale: 'en-GB' });
  const page = await context.newPage();
  await page.goto(`http://${address}:${new URL(server.url).port}/insecure`);
  await until('the page says so', async () => /not secure/i.test(await page.locator('body').innerText()));
  await context.close();
});
