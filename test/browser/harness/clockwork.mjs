// A camera and a microphone that tell the time: every picture carries the moment of its capture and whose it is as a row
// of black and white cells, and every 400 ms there is a beep whose pitch says whose and which of the last four it is. What arrives tells exactly how
// late picture and sound are, and a picture that was decoded wrongly does not read. All pages run on one machine, so
// Date.now() is one clock; a block of sound is stamped when it is rendered, which is exact to some 10 ms.
//
// publish and watch are sent to pages as text: they stand alone and get their constants as arguments.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Cells of the row: white, black, 2 for the person, 16 for the time in ms, 4 of check. */
const CELLS = 24;
/** A beep begins whenever the time is a multiple of so many ms. */
const PERIOD = 400;
/** By person; which of them a beep has tells when it was, as long as sound is less than 1.6 s late. */
const PITCHES = [[700, 900, 1150, 1450], [1850, 2350, 3000, 3800]];

/** What a proxy must serve, since the pages' policy lets scripts come from their own server only. */
export const WORKLET = { '/clockwork.worklet.js': readFileSync(join(import.meta.dirname, 'clockwork.worklet.js'), 'utf8') };

/** Makes the page's camera and microphone a clockwork; call it before the page is loaded. `who` is 0 or 1. */
export const useClockwork = (page, who, [width, height], rate = 25) =>
  page.addInitScript(publish, { who, width, height, rate, cells: CELLS, period: PERIOD, beeps: PITCHES[who] });

/**
 * Lets a page that is in the call read what its first video slot shows: `window.__clock` is {frames, beeps}, garbled: how many
 * pictures did not read, longest: how many of them in a row, photos: of the first three, and hears: whether beeps are heard,
 * which only Chromium's scripts can.
 */
export const watchClockwork = (page) => page.evaluate(watch, { cells: CELLS, period: PERIOD, pitches: PITCHES });

function publish({ who, width, height, rate, cells, period, beeps: pitches }) {
  const bitsOf = (time) => {
    const bits = [1, 0];
    const put = (value, n) => { while (n-- > 0) bits.push((value >> n) & 1); };
    put(who, 2);
    put(time, 16);
    put((time ^ (time >> 4) ^ (time >> 8) ^ (time >> 12)) + 5 * who + 9, 4);
    return bits;
  };
  const picture = () => {
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width, height });
    const context = canvas.getContext('2d', { alpha: false });
    const track = canvas.captureStream(0).getVideoTracks()[0];
    const draw = () => {
      if (track.readyState === 'ended') return clearInterval(timer);
      const now = Date.now();
      context.fillStyle = who ? '#345' : '#543';
      context.fillRect(0, 0, width, height);
      for (let i = 0; i < 8; i++) { // something that moves
        context.fillStyle = `hsl(${(who * 180 + i * 40) % 360} 50% 45%)`;
        context.fillRect((now / 4 + (i * width) / 8) % width, height * (0.3 + i * 0.08), width / 7, height * 0.07);
      }
      bitsOf(now & 0xffff).forEach((bit, i) => {
        context.fillStyle = bit ? '#fff' : '#000';
        context.fillRect(Math.round((i * width) / cells), 0, Math.ceil(width / cells), height / 6);
      });
      track.requestFrame();
    };
    const timer = setInterval(draw, 1000 / rate);
    draw();
    return track;
  };
  const sound = async () => {
    const context = new AudioContext({ sampleRate: 48000 });
    await context.audioWorklet.addModule('/clockwork.worklet.js');
    const beeps = new AudioWorkletNode(context, 'beeps', { numberOfInputs: 0, outputChannelCount: [1], processorOptions: { period, pitches } });
    const out = context.createMediaStreamDestination();
    beeps.connect(out);
    return out.stream.getAudioTracks()[0];
  };
  navigator.mediaDevices.getUserMedia = async ({ audio, video }) => new MediaStream([...(audio ? [await sound()] : []), ...(video ? [picture()] : [])]);
}

async function watch({ cells, period, pitches }) {
  const clock = (window.__clock = { frames: [], beeps: [], garbled: 0, inARow: 0, longest: 0, photos: [] });
  const receivers = window.__salon.pc().getTransceivers().filter((t) => t.direction === 'recvonly').map((t) => t.receiver);
  const video = document.createElement('video');
  Object.assign(video, { muted: true, autoplay: true, playsInline: true, srcObject: new MediaStream([receivers.find((r) => r.track.kind === 'video').track]) });
  video.style.cssText = 'position:fixed;left:0;top:0;width:160px;height:90px;z-index:9999';
  document.body.append(video);
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: cells, height: 1 });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const read = (frame) => {
    context.drawImage(frame, 0, frame.displayHeight / 24, frame.displayWidth, frame.displayHeight / 12, 0, 0, cells, 1);
    const bits = [...context.getImageData(0, 0, cells, 1).data].filter((_, i) => i % 4 === 1).map((v) => (v > 127 ? 1 : 0));
    const value = (from, n) => bits.slice(from, from + n).reduce((v, b) => 2 * v + b, 0);
    const [who, time, check] = [value(2, 2), value(4, 16), value(20, 4)];
    const good = bits[0] === 1 && bits[1] === 0 && check === (((time ^ (time >> 4) ^ (time >> 8) ^ (time >> 12)) + 5 * who + 9) & 15);
    return good ? { who, time } : null;
  };
  const keep = (list, value) => { list.push(value); if (list.length > 2000) list.splice(0, 1000); };
  const photo = (frame) => {
    const paper = document.createElement('canvas');
    Object.assign(paper, { width: frame.displayWidth, height: frame.displayHeight }).getContext('2d').drawImage(frame, 0, 0);
    return paper.toDataURL();
  };
  const seen = () => {
    video.requestVideoFrameCallback(seen);
    const at = Date.now();
    const frame = new VideoFrame(video); // a picture with its own size: the element's may still be that of the one before
    const said = read(frame);
    if (said) keep(clock.frames, { at, who: said.who, lag: (at - said.time) & 0xffff, width: frame.displayWidth });
    clock.inARow = said ? 0 : clock.inARow + 1;
    clock.garbled += said ? 0 : 1;
    clock.longest = Math.max(clock.longest, clock.inARow);
    if (!said && clock.photos.length < 3) clock.photos.push(photo(frame));
    frame.close();
    clock.changed?.();
  };
  video.requestVideoFrameCallback(seen);
  const nearest = (pitch) => pitches.flatMap((list, who) => list.map((p, n) => ({ who, n, off: Math.abs(Math.log(pitch / p)) }))).sort((a, b) => a.off - b.off)[0];
  /** Told of every beep: when its first sample was played, and its pitch in Hz. */
  const heard = (at, pitch) => {
    const { who, n, off } = nearest(pitch);
    if (off > 0.12) return;
    const cycle = period * pitches[who].length;
    keep(clock.beeps, { at, who, lag: (((at - n * period) % cycle) + cycle) % cycle });
    clock.changed?.();
  };
  clock.hears = () => 'MediaStreamTrackProcessor' in window;
  if (!clock.hears()) return;
  const [loud, quietFor, window_s] = [0.1, 0.1, 0.015]; // amplitude; seconds before a beep; seconds in which the pitch is counted
  for (const { track } of receivers.filter((r) => r.track.kind === 'audio')) {
    // What is played, as it is played: an AudioContext would put up to 100 ms of its own in between, and more as it stumbles.
    const played = new MediaStreamTrackProcessor({ track: track.clone() }).readable.getReader();
    let [quiet, left, crossings, before, at] = [0, 0, 0, 0, 0];
    (async () => {
      for (;;) {
        const { value: data, done } = await played.read();
        if (done) return;
        const now = Date.now();
        const samples = new Float32Array(data.numberOfFrames);
        data.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
        const rate = data.sampleRate;
        data.close();
        samples.forEach((x, i) => {
          if (left > 0) {
            if (x * before < 0) crossings++;
            if (--left === 0) heard(at, crossings / 2 / window_s);
          }
          if (Math.abs(x) < loud) quiet++;
          else {
            if (quiet > quietFor * rate && left === 0) [at, left, crossings] = [now + (1000 * (i - samples.length)) / rate, Math.round(window_s * rate), 0];
            quiet = 0;
          }
          if (x !== 0) before = x;
        });
      }
    })();
  }
}
