// Makes the sound of the fake microphone: syllables of a sung vowel over a soft ground, so that neither noise suppression
// nor discontinuous transmission silences it.
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const rate = 48_000;
const seconds = 4; // then it begins again

/** The path of a WAV file; made at the first call. */
export function voiceFile() {
  const folder = join(tmpdir(), 'salon-test-media');
  const file = join(folder, 'voice.wav');
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  const bytes = 2 * rate * seconds;
  const wav = Buffer.alloc(44 + bytes);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(36 + bytes, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20); // PCM
  wav.writeUInt16LE(1, 22); // one channel
  wav.writeUInt32LE(rate, 24);
  wav.writeUInt32LE(2 * rate, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(bytes, 40);
  for (let n = 0; n < rate * seconds; n++) wav.writeInt16LE(Math.round(20_000 * sample(n / rate)), 44 + 2 * n);
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, wav);
  renameSync(unfinished, file); // another test may be waiting for the whole of it
  return file;
}

/** Four syllables per second; the pitch wanders, all in periods that fit the length of the file. */
function sample(t) {
  const syllable = 0.25 + 0.75 * Math.sin(Math.PI * ((4 * t) % 1)) ** 2;
  const phase = 2 * Math.PI * 150 * t + 4 * Math.sin(2 * Math.PI * 0.5 * t);
  let vowel = 0;
  for (let k = 1; k <= 12; k++) vowel += Math.sin(k * phase) / (1 + ((k - 5) / 2) ** 2) / 3;
  return syllable * 0.4 * vowel;
}
