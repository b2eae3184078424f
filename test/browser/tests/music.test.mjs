// A microphone that gives music is heard in stereo, and one that gives a voice in mono.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { startServer } from '../harness/server.mjs';
import { launchChromium } from '../harness/chromium.mjs';
import { debugOf, joinRoom, until } from '../harness/call.mjs';
import { tones } from '../harness/voice.mjs';

let server, browser, ana, bob;

before(async () => {
  server = await startServer();
  browser = await launchChromium({ tones: true });
  [ana, bob] = [await browser.newPage(), await browser.newPage()];
  await joinRoom(ana, server.url, 'music', 'Ana');
  await joinRoom(bob, server.url, 'music', 'Bob', { devices: false });
  await until('Bob hears Ana', async () => (await slot())?.packets > 0, { timeout: 20000 });
});
after(async () => { await browser?.close(); await server?.stop(); });

/** The slot in which Bob hears Ana. */
const slot = async () => (await debugOf(server, bob)).slots.find((s) => s.source === 'microphone');

/** How loud Bob hears each tone, in dB, first on the left and then on the right. */
async function heard() {
  const { mid } = await slot();
  return bob.evaluate(async ([which, hertz]) => {
    const track = window.__salon.pc().getTransceivers().find((t) => t.mid === which).receiver.track;
    const ears = (window.__ears ??= new Map());
    if (!ears.has(track.id)) {
      const context = new AudioContext();
      await context.resume();
      const splitter = context.createChannelSplitter(2);
      context.createMediaStreamSource(new MediaStream([track])).connect(splitter);
      ears.set(track.id, [0, 1].map((side) => {
        const analyser = context.createAnalyser();
        analyser.fftSize = 8192;
        analyser.smoothingTimeConstant = 0;
        splitter.connect(analyser, side);
        return analyser;
      }));
    }
    return ears.get(track.id).map((analyser) => {
      const bins = new Float32Array(analyser.frequencyBinCount);
      analyser.getFloatFrequencyData(bins);
      return hertz.map((h) => {
        const bin = Math.round((h * analyser.fftSize) / analyser.context.sampleRate);
        return Math.max(-200, ...bins.slice(bin - 2, bin + 3));
      });
    });
  }, [mid, tones]);
}

/** By how many dB each ear hears its own tone louder than the other's; audible says whether there is sound at all. */
async function apart() {
  const [[ll, lr], [rl, rr]] = await heard();
  return { left: ll - lr, right: rr - rl, audible: Math.max(ll, lr) > -80 && Math.max(rl, rr) > -80 };
}

const isStereo = ({ left, right, audible }) => audible && left > 30 && right > 30;
// Both ears hear the same: what one has more of its tone, the other has less.
const isMono = ({ left, right, audible }) => audible && Math.abs(left + right) < 1;

/** Waits until Bob hears it so five times in a row. */
async function hears(t, what, check) {
  let last, times = 0;
  await until(what, async () => {
    last = await apart();
    times = check(last) ? times + 1 : 0;
    return times >= 5;
  }, { timeout: 30000, every: 100 }).catch((e) => { throw new Error(`${e.message}; ${JSON.stringify(last)}`); });
  t.diagnostic(`${what}: own tone louder by ${last.left.toFixed(0)} dB on the left, ${last.right.toFixed(0)} dB on the right`);
}

/** What the answer asks of Ana's microphone and of the sound of her screen, and how many bit/s her browser means to send. */
const sent = () => ana.evaluate(async () => {
  const { pc } = window.__salon;
  const [mid, screen] = pc().getTransceivers().filter((t) => t.sender && t.direction === 'sendonly' && t.receiver.track.kind === 'audio').map((t) => t.mid);
  const report = await pc().getStats();
  const stream = [...report.values()].find((s) => s.type === 'outbound-rtp' && s.kind === 'audio' && s.mid === mid);
  const asked = (of) => {
    const section = pc().remoteDescription.sdp.split(/^(?=m=)/m).find((s) => s.includes(`a=mid:${of}\r`));
    return /a=fmtp:111 (.*)\r/.exec(section)[1].split(';').sort().join(';');
  };
  return { target: stream?.targetBitrate, asked: asked(mid), screen: asked(screen) };
});
const voice = 'minptime=10;usedtx=1;useinbandfec=1';
const stereo = 'maxaveragebitrate=128000;minptime=10;stereo=1';

/** Turns the switch over by the keyboard, in the list beside the microphone's button. */
async function turn(on) {
  await ana.locator('.split:has([data-testid="toolbar-mic"]) .caret').focus();
  await ana.keyboard.press('Enter');
  const music = ana.getByTestId('music');
  await music.waitFor();
  await music.focus();
  await ana.keyboard.press('Space');
  assert.equal(await music.isChecked(), on);
  await ana.keyboard.press('Escape');
}

test('a voice is mono', async (t) => {
  await hears(t, 'voice', isMono);
  const { asked, screen } = await sent();
  assert.deepEqual([asked, screen], [voice, stereo], 'the sound of a screen is stereo by itself');
});

test('music is stereo, and changing to it and back interrupts no call', async (t) => {
  const connection = await ana.evaluate(() => (window.__first = window.__salon.pc()) && window.__first.iceConnectionState);
  assert.match(connection, /connected|completed/);
  await turn(true);
  await hears(t, 'music', isStereo);
  const music = await sent();
  assert.deepEqual([music.asked, music.screen], [stereo, stereo]);
  assert.ok(music.target >= 96_000, `${music.target} bit/s`);
  await turn(false);
  await hears(t, 'voice again', isMono);
  await turn(true);
  await hears(t, 'music again', isStereo);
  assert.ok(await ana.evaluate(() => window.__first === window.__salon.pc()), 'one connection carries it all');
});

test('the choice is remembered, and holds from the first sound on', async (t) => {
  await joinRoom(ana, server.url, 'music', 'Ana');
  await until('Bob hears Ana again', async () => (await slot())?.packets > 0, { timeout: 20000 });
  await hears(t, 'music after a reload', isStereo);
});
