// Fakes that the tests of the engine share.

import type { Clock } from '../src/call/clock';
import type { Socket } from '../src/call/wire';
import type { ServerMessages } from '../src/protocol/messages.gen';

/** A clock that only the test moves. */
export class FakeClock implements Clock {
  private time = 0;
  private timers: { at: number; fn: () => void }[] = [];

  now(): number {
    return this.time;
  }

  after(ms: number, fn: () => void): () => void {
    const timer = { at: this.time + ms, fn };
    this.timers.push(timer);
    return () => (this.timers = this.timers.filter((t) => t !== timer));
  }

  /** Runs what is due within ms, in order; promises settle in between. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await settled();
    for (;;) {
      const next = this.timers.filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.timers = this.timers.filter((t) => t !== next);
      this.time = Math.max(this.time, next.at);
      next.fn();
      await settled();
    }
    this.time = end;
  }

  get pending(): number {
    return this.timers.length;
  }
}

/** Lets every promise that can go on go on. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 30; i++) await Promise.resolve();
}

/** A frame as the client sent it. */
export interface Sent {
  type: string;
  id?: number;
  data: Record<string, unknown>;
}

/** The server's end of a socket. */
export class FakeSocket implements Socket {
  onopen: ((e: never) => void) | null = null;
  onmessage: ((e: { data: unknown }) => void) | null = null;
  onclose: ((e: never) => void) | null = null;
  onerror: ((e: never) => void) | null = null;
  readonly sent: Sent[] = [];
  closed = false;

  send(frame: string): void {
    this.sent.push(JSON.parse(frame) as Sent);
  }

  close(): void {
    this.closed = true;
  }

  open(): void {
    this.onopen?.(undefined as never);
  }

  /** The connection breaks. */
  break(): void {
    this.onclose?.(undefined as never);
  }

  say<T extends keyof ServerMessages>(type: T, data: ServerMessages[T], more: { re?: number; seq?: number } = {}): void {
    this.onmessage?.({ data: JSON.stringify({ type, ...more, data }) });
  }

  /** The newest frame of a type. */
  last(type: string): Sent {
    const found = this.sent.findLast((s) => s.type === type);
    if (!found) throw new Error(`no ${type} was sent`);
    return found;
  }

  /** Answers the newest request of a type. */
  reply<T extends keyof ServerMessages>(request: string, type: T, data: ServerMessages[T]): void {
    this.say(type, data, { re: this.last(request).id! });
  }
}

/** A MediaStreamTrack, as far as the engine looks at it. */
export function fakeTrack(kind: 'audio' | 'video' = 'video', deviceId = ''): MediaStreamTrack {
  const track = {
    kind,
    enabled: true,
    muted: false,
    readyState: 'live',
    contentHint: '',
    onended: null as (() => void) | null,
    getSettings: () => ({ deviceId }),
    stop: () => (track.readyState = 'ended'),
    clone: () => fakeTrack(kind, deviceId),
    addEventListener: () => undefined,
  };
  return track as unknown as MediaStreamTrack;
}
