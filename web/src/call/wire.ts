// One WebSocket: requests become promises, silence becomes a ping, and a dead server becomes a close.

import { decode, encode, type Reply } from '../protocol/envelope';
import type { ClientMessages, ServerEnvelope } from '../protocol/messages.gen';
import type { Clock } from './clock';
import { CallFailure } from './failure';

/** What a Wire needs of a WebSocket; tests give a fake. */
export interface Socket {
  onopen: ((e: never) => void) | null;
  onmessage: ((e: { data: unknown }) => void) | null;
  onclose: ((e: never) => void) | null;
  onerror: ((e: never) => void) | null;
  send(frame: string): void;
  close(): void;
}

/** What a Wire tells. message sees every frame in order, replies included; closed comes once, and nothing after it. */
export interface WireEvents {
  opened(): void;
  message(e: ServerEnvelope): void;
  closed(): void;
}

const CONNECT_MS = 8000; // a phone's radio may need seconds to wake up
const REPLY_MS = 12_000; // an offer with many sections takes the server a moment
const QUIET_MS = 5000; // then a ping
const DEAD_MS = 4000; // after a ping
/** Requests that wait for a reply. The UI cannot make so many; past it a request fails at once. */
const MAX_PENDING = 128;

interface Pending {
  resolve(data: unknown): void;
  reject(failure: CallFailure): void;
  stop(): void;
}

/** One WebSocket lifetime. */
export class Wire {
  private lastId = 0;
  private closed = false;
  private opened = false;
  private readonly pending = new Map<number, Pending>();
  private stopWatch: () => void;

  constructor(private readonly socket: Socket, private readonly clock: Clock, private readonly events: WireEvents) {
    this.stopWatch = clock.after(CONNECT_MS, () => this.close());
    socket.onopen = () => {
      this.opened = true;
      this.heard();
      events.opened();
    };
    socket.onmessage = (e) => this.receive(e.data);
    socket.onclose = () => this.close();
    socket.onerror = () => this.close();
  }

  /** Sends a request and resolves with its reply; rejects with the server's error, or 'socket_failed'. */
  request<T extends keyof ClientMessages>(type: T, data: ClientMessages[T]): Promise<Reply<T>> {
    if (!this.opened || this.closed) return Promise.reject(new CallFailure('socket_failed', 'not connected'));
    if (this.pending.size >= MAX_PENDING) return Promise.reject(new CallFailure('rate_limited', 'too many requests wait'));
    const id = ++this.lastId;
    return new Promise<Reply<T>>((resolve, reject) => {
      const stop = this.clock.after(REPLY_MS, () => {
        this.pending.delete(id);
        reject(new CallFailure('socket_failed', `no reply to ${type}`));
      });
      this.pending.set(id, { resolve: (d) => resolve(d as Reply<T>), reject, stop });
      this.socket.send(encode(type, data, id));
    });
  }

  /** Sends without asking for a reply: for the last word of a page that goes away. */
  tell<T extends keyof ClientMessages>(type: T, data: ClientMessages[T]): void {
    if (this.opened && !this.closed) this.socket.send(encode(type, data, 0));
  }

  /** Closes at once, without waiting for the other side; open requests fail. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.stopWatch();
    const s = this.socket;
    s.onopen = s.onmessage = s.onclose = s.onerror = null;
    s.close();
    for (const p of this.pending.values()) {
      p.stop();
      p.reject(new CallFailure('socket_failed', 'the connection was lost'));
    }
    this.pending.clear();
    this.events.closed();
  }

  private receive(frame: unknown): void {
    this.heard();
    const e = typeof frame === 'string' ? decode(frame) : null;
    if (!e) return;
    this.settle(e);
    if (!this.closed) this.events.message(e);
  }

  private settle(e: ServerEnvelope): void {
    const p = e.re ? this.pending.get(e.re) : undefined;
    if (!p || !e.re) return;
    this.pending.delete(e.re);
    p.stop();
    if (e.type === 'error') p.reject(new CallFailure(e.data.code, e.data.message, e.data.retry_after, { reason: e.data.reason, setting: e.data.setting }));
    else p.resolve(e.data);
  }

  /** Anything that arrives proves the server alive. */
  private heard(): void {
    this.stopWatch();
    this.stopWatch = this.clock.after(QUIET_MS, () => {
      this.socket.send(encode('ping', {}, ++this.lastId));
      this.stopWatch = this.clock.after(DEAD_MS, () => this.close());
    });
  }
}
