// The sound of harness/clockwork.mjs.

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

registerProcessor('beeps', Beeps);
