// The sound half of harness/clockwork.mjs: one processor beeps, the other listens.

/** Beeps once in every period, in one pitch after the other, over a soft hum, so that nothing is left out as silence. */
class Beeps extends AudioWorkletProcessor {
  constructor({ processorOptions: { period, pitches } }) {
    super();
    Object.assign(this, { period, pitches, n: 0, beep: -1, last: Date.now() });
  }

  process(_, [[out]]) {
    // The moment at which this block is taken: a beep begins with the first block of its period.
    const now = Date.now();
    const period = Math.floor(now / this.period);
    if (period !== Math.floor(this.last / this.period)) this.beep = 0;
    const pitch = this.pitches[period % this.pitches.length];
    this.last = now;
    for (let i = 0; i < out.length; i++, this.n++) {
      out[i] = 0.01 * Math.sin((2 * Math.PI * 220 * this.n) / sampleRate);
      if (this.beep >= 0 && this.beep < 0.03 * sampleRate) out[i] += 0.6 * Math.sin((2 * Math.PI * pitch * this.beep++) / sampleRate);
    }
    return true;
  }
}

const LOUD = 0.1;
const QUIET_S = 0.1; // before a beep
const WINDOW_S = 0.015; // in which the pitch is counted

/** Tells of every beep when its first sample came, and its pitch in Hz. */
class Ear extends AudioWorkletProcessor {
  constructor() {
    super();
    Object.assign(this, { quiet: 0, left: 0, crossings: 0, before: 0, at: 0 });
  }

  process([[heard]]) {
    const now = Date.now();
    for (let i = 0; i < (heard?.length ?? 0); i++) {
      const x = heard[i];
      if (this.left > 0) {
        if (x * this.before < 0) this.crossings++;
        if (--this.left === 0) this.port.postMessage({ at: this.at, pitch: this.crossings / 2 / WINDOW_S });
      }
      if (Math.abs(x) < LOUD) {
        this.quiet++;
      } else {
        if (this.quiet > QUIET_S * sampleRate && this.left === 0) {
          this.at = now + (1000 * (i - heard.length)) / sampleRate;
          this.left = Math.round(WINDOW_S * sampleRate);
          this.crossings = 0;
        }
        this.quiet = 0;
      }
      if (x !== 0) this.before = x;
    }
    return true;
  }
}

registerProcessor('beeps', Beeps);
registerProcessor('ear', Ear);
