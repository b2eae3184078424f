// The preset "class": pupils wait for the teacher, ask to speak, see only the teacher, and show their screens to the teacher only.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { launchChromium } from '../harness/chromium.mjs';
import { inbound, until, videoOf } from '../harness/call.mjs';
import { act, arrive, energy, hears, packets, startRuled } from '../harness/rules.mjs';

let server, browser, teacher, pia, max;
const errors = [];
before(async () => {
  server = await startRuled();
  browser = await launchChromium({ voice: true });
  const page = () => browser.newPage({ width: 900, height: 700, errors });
  [teacher, pia, max] = [await page(), await page(), await page()];
});
after(async () => { await browser?.close(); await server?.stop(); });

test('pupils wait until the teacher is there and lets them in', async () => {
  await arrive(pia, `${server.url}/class?debug`, 'Pia');
  assert.equal(await pia.getByTestId('waiting').getAttribute('data-why'), 'wait_for_moderator');
  await arrive(teacher, server.link('class', 'Ms Olga'), 'Ms Olga');
  await teacher.getByTestId('knock').waitFor();
  assert.match(await teacher.title(), /^\(1\)/, 'the tab shows that somebody waits');
  await arrive(max, `${server.url}/class?debug`, 'Max');
  await teacher.getByTestId('knock-see').click();
  await teacher.getByTestId('lobby-admit-all').click();
  for (const page of [pia, max]) await page.getByTestId('toolbar-leave').waitFor({ timeout: 15000 });
  assert.deepEqual(errors, []);
});

test('pupils see and hear the teacher, and nobody else', async () => {
  for (const page of [pia, max]) {
    await until('a pupil sees the teacher', async () => (await videoOf(page, 'Ms Olga'))?.frames > 0);
    await hears(page, 'a pupil hears the teacher');
  }
  await until('the teacher sees both', async () => (await videoOf(teacher, 'Pia'))?.frames > 0 && (await videoOf(teacher, 'Max'))?.frames > 0);
  assert.equal(await videoOf(pia, 'Max'), undefined);
  assert.equal(await energy(teacher), 0, 'the teacher hears no pupil');
});

test('a pupil asks to speak, is granted it, turns the microphone on and is heard; a hard mute ends it', async () => {
  const mic = pia.getByTestId('toolbar-mic');
  assert.equal(await mic.getAttribute('data-access'), 'ask');
  await mic.click();
  await until('the request is sent', async () => (await mic.getAttribute('data-access')) === 'asked');
  await teacher.getByTestId('request-grant').click();
  const prompt = pia.locator('[data-testid="prompt"][data-what="granted"]');
  await prompt.waitFor();
  assert.equal(await energy(teacher), 0, 'nobody is unmuted by somebody else');
  await prompt.getByTestId('prompt-do').click();
  await hears(teacher, 'the teacher hears Pia');
  await hears(max, 'Max hears the class');

  await act(teacher, 'Pia', 'grant-speak-denied');
  await pia.locator('[data-testid="prompt"][data-what="stopped"]').waitFor();
  await delay(300);
  const before = await packets(teacher);
  await delay(800);
  assert.equal(await packets(teacher), before, 'not a packet after the right is gone');
  assert.equal(await mic.getAttribute('data-access'), 'refused');
  await mic.click();
  await pia.locator('.banner.error').waitFor();
});

test('a pupil shares a screen that only the teacher sees', async () => {
  await pia.getByTestId('toolbar-share').click();
  await until('the teacher sees the screen', async () => (await videoOf(teacher, 'Pia', 'screen'))?.frames > 0);
  await delay(500);
  assert.equal(await videoOf(max, 'Pia', 'screen'), undefined);
  const videos = (await inbound(max)).filter((s) => s.kind === 'video' && s.packets > 0);
  assert.ok(videos.every((s) => s.name === 'Ms Olga'), 'Max is sent nothing else');
});

test('a pupil who is removed is told why, and no script failed', async () => {
  await act(teacher, 'Max', 'person-remove');
  await teacher.getByTestId('remove-message').fill('Come back tomorrow');
  await teacher.getByTestId('remove-now').click();
  await max.getByTestId('ended').waitFor();
  assert.equal(await max.getByTestId('ended').getAttribute('data-reason'), 'removed');
  assert.match(await max.getByTestId('ended').innerText(), /Come back tomorrow/);
  assert.deepEqual(errors, []);
});
