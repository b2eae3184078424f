// Mute, camera, screen, chat and leaving: what one does, the others see, and the server enforces.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { startServer } from '../harness/server.mjs';
import { launchChromium } from '../harness/chromium.mjs';
import { debugOf, heard, inbound, joinRoom, until, videoOf } from '../harness/call.mjs';

let server, browser, ana, bob;
const room = 'controls';
const tile = (page, name, source = 'camera') =>
  page.locator(`[data-testid="tile"][data-source="${source}"]`).filter({ hasText: name });

before(async () => {
  server = await startServer();
  browser = await launchChromium();
  [ana, bob] = [await browser.newPage(), await browser.newPage()];
  await joinRoom(ana, server.url, room, 'Ana');
  await joinRoom(bob, server.url, room, 'Bob');
  await until('Bob sees Ana', async () => (await videoOf(bob, 'Ana'))?.frames > 0);
});
after(async () => { await browser?.close(); await server?.stop(); });

async function microphonePackets() {
  const bobs = await debugOf(server, bob);
  return bobs.slots.filter((s) => s.source === 'microphone').reduce((sum, s) => sum + s.packets, 0);
}

test('mute stops the packets at the server within 200 ms, and the tile shows it', async () => {
  await until('Bob hears Ana', async () => (await microphonePackets()) > 0);
  await ana.getByTestId('toolbar-mic').click();
  await until('the tile shows it', () => tile(bob, 'Ana').getAttribute('data-mic-muted').then((v) => v === 'true'));
  await delay(200);
  const muted = await microphonePackets();
  const before = await inbound(bob);
  await delay(1000);
  assert.equal(await microphonePackets(), muted, 'nothing is forwarded while muted');
  const sound = (list) => list.filter((s) => s.kind === 'audio').reduce((sum, s) => sum + s.packets, 0);
  assert.equal(sound(await inbound(bob)), sound(before), 'no audio packet arrives while muted');
  await ana.getByTestId('toolbar-mic').click();
  const silent = await inbound(bob);
  await until('Bob hears Ana again', async () => heard(silent, await inbound(bob)) === 1);
});

test('camera off and on again', async () => {
  await ana.getByTestId('toolbar-camera').click();
  await until('the video is gone', async () => !(await videoOf(bob, 'Ana')));
  const live = await ana.evaluate(() => window.__salon.devices.preview.value?.getVideoTracks().filter((t) => t.readyState === 'live').length ?? 0);
  assert.equal(live, 0, 'the camera itself is off');
  await ana.getByTestId('toolbar-camera').click();
  const back = await until('the video is back', async () => {
    const video = await videoOf(bob, 'Ana');
    return video?.frames > 0 && video;
  });
  const frames = back.value.frames;
  await until('it moves', async () => (await videoOf(bob, 'Ana'))?.frames > frames + 10);
});

test('a screen share arrives at full resolution and disappears when stopped', async () => {
  await ana.getByTestId('toolbar-share').click();
  const captured = () => ana.evaluate(() => {
    const sender = window.__salon.pc().getSenders().find((s) => s.track?.getSettings().displaySurface);
    const { width, height } = sender?.track.getSettings() ?? {};
    return width && { width, height };
  });
  await until('Bob sees every pixel that is captured', async () => {
    const [sent, video] = [await captured(), await videoOf(bob, 'Ana', 'screen')];
    return sent && video?.frames > 0 && video.width === sent.width && video.height === sent.height;
  });
  assert.ok((await captured()).width >= 1280, 'a whole screen');
  await ana.getByTestId('toolbar-share').click();
  await until('the tile is gone', async () => (await tile(bob, 'Ana', 'screen').count()) === 0);
});

test('chat arrives, is history for a later joiner, and markup in it or in a name does nothing', async () => {
  const markup = '<img src=x onerror="window.__hacked=1">';
  await ana.getByTestId('toolbar-chat').click();
  await ana.getByTestId('chat-input').fill(`bonjour ${markup}`);
  await ana.getByTestId('chat-send').click();
  await bob.getByTestId('toolbar-chat').click();
  await bob.getByTestId('chat-line').filter({ hasText: 'bonjour' }).waitFor();
  const cleo = await browser.newPage();
  await joinRoom(cleo, server.url, room, `Cleo${markup}`.slice(0, 64), { devices: false });
  await cleo.getByTestId('toolbar-chat').click();
  await cleo.getByTestId('chat-line').filter({ hasText: 'bonjour' }).waitFor();
  await until('Cleo has a tile at Bob', async () => (await tile(bob, 'Cleo').count()) === 1);
  for (const page of [ana, bob, cleo]) {
    assert.equal(await page.evaluate(() => window.__hacked), undefined);
    assert.equal(await page.locator('img[src="x"]').count(), 0);
  }
  await cleo.close();
  await until('closing the tab frees the tile', async () => (await tile(bob, 'Cleo').count()) === 0, { timeout: 5000 });
});

test('leaving frees the tile and everything at the server', async () => {
  await ana.getByTestId('toolbar-leave').click();
  await ana.getByTestId('ended').waitFor();
  await until('the tile is gone', async () => (await tile(bob, 'Ana').count()) === 0);
  const snapshot = await server.debug();
  assert.deepEqual(snapshot.rooms.map((r) => r.participants.length), [1]);
  await bob.getByTestId('toolbar-leave').click();
  await until('the room is gone', async () => (await server.debug()).rooms.length === 0);
});
