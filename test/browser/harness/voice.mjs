// Makes the sounds of the fake microphone.
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const rate = 48_000;
const seconds = 4; // then it begins again

/**
 * The path of a WAV file with a voice: syllables of a sung vowel over a soft ground, so that neither noise suppression nor
 * discontinuous transmission silences it.
 */
export const voiceFile = () => wavFile('voice', [vowel]);

/** The frequencies of the tones, in Hz: what one ear hears, and the other. */
export const tones = [440, 1250];

/** The path of a WAV file with a tone on the left and another one on the right. */
export const tonesFile = () => wavFile('tones', tones.map((hertz) => (t) => 0.4 * Math.sin(2 * Math.PI * hertz * t)));

/** The path of a WAV file with a channel for each function of the time in seconds; made at the first call. */
function wavFile(name, channels) {
  const folder = join(tmpdir(), 'salon-test-media');
  const file = join(folder, `${name}.wav`);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  const frame = 2 * channels.length;
  const bytes = frame * rate * seconds;
  const wav = Buffer.alloc(44 + bytes);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(36 + bytes, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20); // PCM
  wav.writeUInt16LE(channels.length, 22);
  wav.writeUInt32LE(rate, 24);
  wav.writeUInt32LE(frame * rate, 28);
  wav.writeUInt16LE(frame, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(bytes, 40);
  for (let n = 0; n < rate * seconds; n++) {
    for (const [i, sample] of channels.entries()) wav.writeInt16LE(Math.round(20_000 * sample(n / rate)), 44 + frame * n + 2 * i);
  }
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, wav);
  renameSync(unfinished, file); // another test may be waiting for the whole of it
  return file;
}

/** Four syllables per second; the pitch wanders, all in periods that fit the length of the file. */
function vowel(t) {
  const syllable = 0.25 + 0.75 * Math.sin(Math.PI * ((4 * t) % 1)) ** 2;
  const phase = 2 * Math.PI * 150 * t + 4 * Math.sin(2 * Math.PI * 0.5 * t);
  let sum = 0;
  for (let k = 1; k <= 12; k++) sum += Math.sin(k * phase) / (1 + ((k - 5) / 2) ** 2) / 3;
  return syllable * 0.4 * sum;
}
