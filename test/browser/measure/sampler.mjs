// Looks at a page's PeerConnection four times a second from within the page, and says afterwards what happened between
// two moments. A watcher in the page costs less than asking through the debugger, and does not miss what is short.

/** Starts to sample the page's call, or its `window.__pc` where there is no call. */
export function startSampling(page) {
  return page.evaluate(() => {
    const samples = (window.__samples = []);
    const shown = () => {
      const names = new Map();
      for (const v of window.__salon?.call.videos.value ?? []) {
        const track = v.stream.value?.getVideoTracks()[0];
        if (track && !v.self) names.set(track.id, v.name);
      }
      return names;
    };
    const look = async () => {
      const connection = window.__pc ?? window.__salon.pc();
      const names = shown();
      const sample = { at: performance.now(), audio: {}, video: {}, rids: {}, source: 0 };
      for (const s of (await connection.getStats()).values()) {
        if (s.type === 'inbound-rtp' && s.kind === 'audio') {
          sample.audio[s.mid] = { packets: s.packetsReceived, concealed: s.concealedSamples ?? 0, total: s.totalSamplesReceived ?? 0 };
        } else if (s.type === 'inbound-rtp' && s.kind === 'video') {
          sample.video[s.mid] = {
            name: names.get(s.trackIdentifier) ?? '', frames: s.framesDecoded ?? 0, bytes: s.bytesReceived + s.headerBytesReceived - (s.retransmittedBytesReceived ?? 0), width: s.frameWidth ?? 0,
            freezes: s.freezeCount ?? 0, frozen: (s.totalFreezesDuration ?? 0) + (s.totalPausesDuration ?? 0), dropped: s.framesDropped ?? 0,
            keyframes: s.keyFramesDecoded ?? 0, plis: s.pliCount ?? 0, packets: s.packetsReceived, lost: s.packetsLost,
            nacks: s.nackCount ?? 0, resent: s.retransmittedPacketsReceived ?? 0,
          };
        } else if (s.type === 'outbound-rtp' && s.kind === 'video' && s.framesEncoded > 0) {
          sample.rids[s.rid ?? s.mid] = { frames: s.framesEncoded, bytes: s.bytesSent + s.headerBytesSent - (s.retransmittedBytesSent ?? 0), width: s.frameWidth ?? 0, limit: s.qualityLimitationReason };
        } else if (s.type === 'media-source' && s.kind === 'video') {
          sample.source = Math.max(sample.source, s.frames ?? 0);
        }
      }
      samples.push(sample);
    };
    let looking = false;
    window.__sampler = setInterval(() => {
      if (looking) return; // a page that is too busy samples less often
      looking = true;
      look().catch(() => undefined).finally(() => (looking = false));
    }, 250);
  });
}

/** Ends the sampling and returns what was seen. */
export function stopSampling(page) {
  return page.evaluate(() => {
    clearInterval(window.__sampler);
    return window.__samples.splice(0);
  }).then((samples) => {
    if (samples.length < 2) throw new Error('the page gave no samples of its connection');
    return samples;
  });
}

const sum = (list) => list.reduce((a, b) => a + b, 0);
const grown = (first, last, field) => (last[field] ?? 0) - (first?.[field] ?? 0);
/** Sums a field's growth over those streams of a kind that received or sent anything, by mid or rid. */
const growth = (samples, kind, field, keep = () => true) => sum(Object.entries(samples.at(-1)[kind])
  .filter(([key, s]) => keep(s, samples[0][kind][key])).map(([key, s]) => grown(samples[0][kind][key], s, field)));

/** How long, at most, in s, all sound was made up without a pause. A stretch counts when more than half of it was. */
export function longestGap(samples) {
  let longest = 0, run = 0;
  for (let i = 1; i < samples.length; i++) {
    const pair = [samples[i - 1], samples[i]];
    const total = growth(pair, 'audio', 'total');
    run = total > 0 && growth(pair, 'audio', 'concealed') > total / 2 ? run + (pair[1].at - pair[0].at) / 1000 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

/** How long, in s, pictures stood still for more than a second: also at the end, which no statistics count yet. */
function stalls(samples, name) {
  let stalled = 0, since = samples[0].at, frames = framesOf(samples[0], name);
  for (const s of samples.slice(1)) {
    const now = framesOf(s, name);
    if (now === frames && s !== samples.at(-1)) continue;
    if (s.at - since > 1000) stalled += (s.at - since) / 1000;
    [since, frames] = [s.at, now];
  }
  return stalled;
}

const framesOf = (sample, name) => sum(Object.values(sample.video).filter((v) => v.name === name).map((v) => v.frames));

/** What a receiver got between its first and last sample: of all sound, and of the video of one name. Bytes are those that came the first time. */
export function received(samples, name = '') {
  const [first, last] = [samples[0], samples.at(-1)];
  const seconds = (last.at - first.at) / 1000;
  // A slot that holds nobody makes up silence for ever: only those with packets are heard.
  const active = (s, was) => grown(was, s, 'packets') > 0;
  const mine = (s) => s.name === name;
  const frames = growth(samples, 'video', 'frames', mine);
  const widths = {};
  for (const s of samples) {
    const width = Math.max(0, ...Object.values(s.video).filter(mine).map((v) => v.width));
    widths[width] = (widths[width] ?? 0) + 1 / samples.length;
  }
  return {
    seconds, frames, fps: frames / seconds, widths,
    concealed: (100 * growth(samples, 'audio', 'concealed', active)) / Math.max(1, growth(samples, 'audio', 'total', active)),
    gap: longestGap(samples),
    frozen: (100 * Math.max(growth(samples, 'video', 'frozen', mine), stalls(samples, name))) / seconds,
    freezes: growth(samples, 'video', 'freezes', mine),
    bitrate: (8 * growth(samples, 'video', 'bytes', mine)) / seconds,
    bytes: growth(samples, 'video', 'bytes', mine),
    ...Object.fromEntries(['keyframes', 'plis', 'dropped', 'packets', 'lost', 'nacks', 'resent'].map((f) => [f, growth(samples, 'video', f, mine)])),
  };
}

/** What a publisher's camera gave and sent between the first and last sample: frames per second, by encoding too. */
export function sent(samples) {
  const [first, last] = [samples[0], samples.at(-1)];
  const seconds = (last.at - first.at) / 1000;
  const rids = Object.fromEntries(Object.entries(last.rids).map(([rid, s]) => [rid, {
    fps: grown(first.rids[rid], s, 'frames') / seconds, bitrate: (8 * grown(first.rids[rid], s, 'bytes')) / seconds, width: s.width, limit: s.limit,
  }]));
  return { frames: last.source - first.source, fps: (last.source - first.source) / seconds, rids };
}

/** The part of the samples between two moments of the page, in ms. */
export const between = (samples, from, to = Infinity) => samples.filter((s) => s.at >= from && s.at <= to);
