// Short sounds for what must not be missed. They are made here, so that nothing needs to be loaded.

/** Which moment a sound is for. */
export type Moment = 'knock' | 'admitted' | 'prompt' | 'talk' | 'over';

/** Each note: Hz, and seconds after the first. */
const notes: Record<Moment, readonly [number, number][]> = {
  knock: [[392, 0], [392, 0.18], [523, 0.36]],
  admitted: [[523, 0], [659, 0.14], [784, 0.28]],
  prompt: [[659, 0], [880, 0.15]],
  talk: [[880, 0]],
  over: [[440, 0]],
};
const SECONDS = 0.16;
const LOUDNESS = 0.12; // of full scale

let context: AudioContext | null = null;

/** Plays the sound of a moment. Where the browser plays nothing yet, the screen and the live regions say it alone. */
export function chime(moment: Moment): void {
  try {
    context ??= new AudioContext();
    if (context.state === 'suspended') void context.resume().catch(() => undefined);
    for (const [frequency, at] of notes[moment]) note(context, frequency, context.currentTime + at);
  } catch {
    // No sound on this device.
  }
}

function note(to: AudioContext, frequency: number, at: number): void {
  const tone = to.createOscillator();
  const volume = to.createGain();
  tone.frequency.value = frequency;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(LOUDNESS, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.001, at + SECONDS);
  tone.connect(volume).connect(to.destination);
  tone.start(at);
  tone.stop(at + SECONDS);
}
