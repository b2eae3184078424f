// The room's state as signals: what the server told, seen through what this client knows of itself.

import { computed, effect, signal, untracked, type ReadonlySignal } from '@preact/signals';
import type { ServerEnvelope } from '../protocol/messages.gen';
import { chatLines, missing, people, videoEntries, type Own, type VideoEntry } from './people';
import { putAway } from './order';
import { EMPTY, reduce, type RoomState } from './state';
import type { OrderSignals, Video } from './types';
import { nextVideos } from './videos';

/** What RoomSignals needs from outside. */
export interface RoomDeps {
  own: ReadonlySignal<Own>;
  streamOf(e: VideoEntry): ReadonlySignal<MediaStream | null>;
  /** tells which videos there are, after a change */
  listed(keys: ReadonlySet<string>): void;
}

/** Each part is a signal of its own, so that statistics every 2 s do not paint the whole room anew. */
export class RoomSignals {
  private readonly state = signal<RoomState>(EMPTY);
  private readonly participants = computed(() => this.state.value.participants);
  private readonly lines = computed(() => this.state.value.chat);
  private readonly fills = computed(() => this.state.value.fills);
  private readonly loudest = computed(() => this.state.value.speakers);

  private readonly all = computed(() => this.state.value.order);

  readonly order: OrderSignals = {
    role: computed(() => this.all.value.role),
    rights: computed(() => this.all.value.rights),
    hands: computed(() => this.all.value.hands),
    floor: computed(() => this.all.value.floor),
    lobby: computed(() => this.all.value.lobby),
    requests: computed(() => this.all.value.requests),
    notices: computed(() => this.all.value.notices),
  };
  readonly waiting = computed(() => this.state.value.waiting);
  readonly room = computed(() => this.state.value.room);
  readonly self = computed(() => this.state.value.self);
  readonly speakers = computed(() => [...this.loudest.value]);
  readonly chat = computed(() => chatLines(this.lines.value, this.self.value));
  readonly people = computed(() =>
    people({ participants: this.participants.value, speakers: this.loudest.value, self: this.self.value }, this.deps.own.value, {
      hands: this.order.hands.value,
      floor: this.order.floor.value,
    }),
  );
  readonly missing = computed(() => missing(this.fills.value));
  readonly videos = signal<Video[]>([]);

  constructor(private readonly deps: RoomDeps) {
    effect(() => {
      const entries = videoEntries(this.people.value);
      untracked(() => this.list(entries));
    });
  }

  /** The state now, without listening to it. */
  get now(): RoomState {
    return this.state.peek();
  }

  /** Takes a message. */
  receive(e: ServerEnvelope): void {
    this.state.value = reduce(this.state.value, e);
  }

  /** Puts a notice away. */
  dismissNotice(id: number): void {
    this.state.value = { ...this.now, order: putAway(this.now.order, id) };
  }

  /** Forgets everything. */
  reset(): void {
    this.state.value = EMPTY;
  }

  private list(entries: VideoEntry[]): void {
    this.videos.value = nextVideos(this.videos.value, entries, (e) => this.deps.streamOf(e));
    this.deps.listed(new Set(entries.map((e) => e.key)));
  }
}
