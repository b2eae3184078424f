// Turns the tiles on the screen into the View that the server gets: in physical pixels, coarse, seldom.

import { MAX_TILE_PIXELS, MAX_TILES, type Tile, type View } from '../protocol/messages.gen';
import type { Clock } from './clock';
import { asFailure } from './failure';
import { parseKey } from './people';
import type { TileSize } from './types';

/** Sizes are rounded to this, so that dragging a window edge does not send a message per pixel. */
const STEP_PIXELS = 32;
const DEBOUNCE_MS = 100;
/** A View that the server could not take, as when it has too much to do, is sent again so often, and then with the next change. */
const MAX_TRIES = 5;
const RETRY_MS = 1000;

/** The View for these tiles. Own videos are not asked for: nobody receives themselves. Doubles keep the larger size. */
export function viewOf(tiles: readonly TileSize[], self: string | null, pixelRatio: number): View {
  const byKey = new Map<string, Tile>();
  for (const t of tiles) {
    const who = parseKey(t.key);
    if (!who || who.participant === self || !(t.width > 0) || !(t.height > 0)) continue;
    const before = byKey.get(t.key);
    const width = Math.max(before?.width ?? 0, physical(t.width, pixelRatio));
    const height = Math.max(before?.height ?? 0, physical(t.height, pixelRatio));
    byKey.set(t.key, { ...who, width, height, ...((t.pinned || before?.pinned) && { pinned: true }) });
  }
  return { tiles: [...byKey.values()].slice(0, MAX_TILES) };
}

function physical(css: number, ratio: number): number {
  const steps = Math.max(1, Math.round((css * ratio) / STEP_PIXELS));
  return Math.min(MAX_TILE_PIXELS, steps * STEP_PIXELS);
}

/** What a ViewSender needs from outside. */
export interface ViewDeps {
  clock: Clock;
  self(): string | null;
  pixelRatio(): number;
  /** rejects when the View did not arrive */
  send(v: View): Promise<unknown>;
}

/** Sends the View about 100 ms after the first change, and only when it differs from what the server has. */
export class ViewSender {
  private tiles: readonly TileSize[] = [];
  private sent: string | null = null;
  private open = false;
  private tries = 0;
  private stopTimer: (() => void) | null = null;

  constructor(private readonly deps: ViewDeps) {}

  /** The newest tiles, most important first. */
  set(tiles: readonly TileSize[]): void {
    this.tiles = tiles;
    if (this.tries > 0) this.stopWaiting(); // a change does not wait for the next try
    this.tries = 0;
    this.flushAfter(DEBOUNCE_MS);
  }

  /** The server listens (again) and may know nothing: tells it at once. */
  start(): void {
    this.open = true;
    this.sent = null;
    this.flush();
  }

  /** The server does not listen: keeps the tiles and waits for start. */
  stop(): void {
    this.open = false;
    this.stopWaiting();
  }

  private stopWaiting(): void {
    this.stopTimer?.();
    this.stopTimer = null;
  }

  private flushAfter(ms: number): void {
    if (!this.open || this.stopTimer) return;
    this.stopTimer = this.deps.clock.after(ms, () => {
      this.stopTimer = null;
      this.flush();
    });
  }

  private flush(): void {
    const view = viewOf(this.tiles, this.deps.self(), this.deps.pixelRatio());
    const text = JSON.stringify(view);
    if (!this.open || text === this.sent) return;
    this.sent = text;
    this.deps.send(view).catch((thrown: unknown) => {
      if (this.sent !== text) return; // a later one is on its way
      this.sent = null;
      const { code, retryAfter } = asFailure(thrown);
      if (code === 'socket_failed') return; // start follows the resume
      if (++this.tries < MAX_TRIES) this.flushAfter((retryAfter ?? 0) * 1000 || RETRY_MS);
    });
  }
}
