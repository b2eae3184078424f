import { Play } from 'lucide';
import { t } from '../../i18n';
import { useMeeting } from '../meeting/context';
import { useBusy } from '../parts/Button';
import { Icon } from '../parts/Icon';

/** Plays two notes on the chosen loudspeaker. */
export function SoundTest() {
  const { devices } = useMeeting();
  const [busy, run] = useBusy();
  return (
    <button type="button" class="button sound-test" aria-busy={busy || undefined} onClick={() => run(() => chime(devices.speaker.peek()))}>
      {!busy && <Icon of={Play} size={16} />}
      {t(busy ? 'device.testing' : 'device.test')}
    </button>
  );
}

const notes = [523.25, 659.25]; // C5, E5
const length = 0.45; // seconds a note

async function chime(speaker: string | null): Promise<void> {
  const audio = new AudioContext();
  const out = audio.createMediaStreamDestination();
  notes.forEach((frequency, i) => {
    const start = audio.currentTime + 0.05 + i * length * 0.7;
    const gain = audio.createGain();
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(0.25, start + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.001, start + length);
    const note = audio.createOscillator();
    note.frequency.value = frequency;
    note.connect(gain).connect(out);
    note.start(start);
    note.stop(start + length);
  });
  const player = new Audio();
  player.srcObject = out.stream;
  try {
    if (speaker && 'setSinkId' in player) await player.setSinkId(speaker);
    await player.play();
    await new Promise((resolve) => setTimeout(resolve, 1200));
  } finally {
    player.srcObject = null;
    await audio.close();
  }
}
