// The lobby from both sides: who waits hears and is heard, a moderator's reload loses nobody, and a refusal is told.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { launchChromium } from '../harness/chromium.mjs';
import { until, videoOf } from '../harness/call.mjs';
import { act, arrive, startRuled } from '../harness/rules.mjs';

let server, browser, mod, ada, eve;
const errors = [];
const lobby = 'version: 1\njoin:\n  guests: ask\n  lobby: {message: "Bring your card"}\n';
before(async () => {
  server = await startRuled({ rooms: { lobby } });
  browser = await launchChromium();
  const page = () => browser.newPage({ width: 900, height: 700, errors });
  [mod, ada, eve] = [await page(), await page(), await page()];
  await arrive(mod, server.link('lobby', 'Mo'), 'Mo');
});
after(async () => { await browser?.close(); await server?.stop(); });

test('the address bar holds no token', async () => assert.equal(new URL(mod.url()).searchParams.get('jwt'), null));

test('both sides write to each other through the door', async () => {
  await arrive(ada, `${server.url}/lobby?debug`, 'Ada');
  assert.match(await ada.getByTestId('waiting').innerText(), /Bring your card/);
  assert.equal(await ada.evaluate(() => window.__salon.pc()), null, 'no media before admission');
  await until('the knock is said at once', async () => /Ada/.test(await mod.getByTestId('live-assertive').innerText()));
  await ada.getByTestId('lobby-input').fill('It is me');
  await ada.getByTestId('lobby-send').click();
  await mod.getByTestId('knock-see').click();
  await until('the moderator reads it', async () => /It is me/.test(await mod.getByTestId('lobby').innerText()));
  await mod.getByTestId('lobby-input').fill('One minute');
  await mod.getByTestId('lobby-send').click();
  await until('Ada reads it', async () => /One minute/.test(await ada.getByTestId('waiting').innerText()));
});

test('the queue survives the reload of the moderator, who needs no new link', async () => {
  await mod.reload();
  await mod.getByTestId('prejoin-join').click();
  await mod.getByTestId('knock').waitFor();
  await mod.getByTestId('knock-admit').click();
  await ada.getByTestId('toolbar-leave').waitFor({ timeout: 15000 });
  await until('the moderator sees Ada', async () => (await videoOf(mod, 'Ada'))?.frames > 0);
  await until('the queue is cleared', async () => (await mod.getByTestId('knock').count()) === 0);
});

test('who is sent back sends nothing, and comes in again', async () => {
  await act(mod, 'Ada', 'person-back');
  await ada.getByTestId('waiting').waitFor();
  assert.equal(await ada.getByTestId('waiting').getAttribute('data-why'), 'sent_back');
  assert.equal(await ada.evaluate(() => window.__salon.pc()), null, 'the connection is closed');
  await mod.getByTestId('lobby-admit').click();
  await ada.getByTestId('toolbar-leave').waitFor({ timeout: 15000 });
  await until('the moderator sees Ada again', async () => (await videoOf(mod, 'Ada'))?.frames > 0);
});

test('who is refused is told so, and everybody at once can be let in', async () => {
  await arrive(eve, `${server.url}/lobby?debug`, 'Eve', { devices: false });
  await mod.getByTestId('lobby-refuse').click();
  await eve.getByTestId('ended').waitFor();
  assert.equal(await eve.getByTestId('ended').getAttribute('data-reason'), 'refused');
  assert.equal(await mod.locator('.banner.error').count(), 0);
  assert.deepEqual(errors, []);
});
