// The screen that is being shared, if any.

import { batch, computed, signal } from '@preact/signals';
import { openScreen, setHint } from './screen';

/** At most one share at a time. */
export class ScreenShare {
  readonly video = signal<MediaStreamTrack | null>(null);
  readonly audio = signal<MediaStreamTrack | null>(null);
  readonly preview = computed(() => (this.video.value ? new MediaStream([this.video.value]) : null));
  /** grows when a pending question is not wanted any more */
  private turn = 0;

  private hint = 'detail';

  /** What encoders favour, also of what is shared now: detail, text or motion. */
  favour(hint: string): void {
    this.hint = hint;
    if (this.video.peek()) setHint(this.video.peek()!, hint);
  }

  /** Asks and starts; does nothing when the person changed their mind. Throws CallFailure. */
  async start(): Promise<void> {
    const turn = ++this.turn;
    const shared = await openScreen(this.hint);
    if (!shared) return;
    if (turn !== this.turn) {
      shared.video.stop();
      shared.audio?.stop();
      return;
    }
    // The browser's own "stop sharing" button.
    shared.video.onended = () => {
      if (this.video.value === shared.video) this.stop();
    };
    shared.audio?.addEventListener('ended', () => {
      if (this.audio.value === shared.audio) this.audio.value = null;
    });
    batch(() => {
      this.video.value = shared.video;
      this.audio.value = shared.audio;
    });
  }

  /** Stops what is shared; also a question that is still open comes to nothing. */
  stop(): void {
    this.turn++;
    const [video, audio] = [this.video.value, this.audio.value];
    batch(() => {
      this.video.value = this.audio.value = null;
    });
    video?.stop();
    audio?.stop();
  }
}
