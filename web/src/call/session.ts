// One participant over any number of sockets: join, resume, backoff, and the rules for when to give up.

import type { Reply } from '../protocol/envelope';
import type { ByeReason, ClientMessages, Join, Joined, ServerEnvelope, Waiting } from '../protocol/messages.gen';
import { backoffAtLeast } from './backoff';
import type { Clock } from './clock';
import { asFailure, CallFailure } from './failure';
import { Wire, type Socket } from './wire';

/** What a Session needs from outside. */
export interface SessionDeps {
  connect(): Socket;
  clock: Clock;
  /** 0 to 1 */
  random(): number;
}

/** What a Session tells. */
export interface SessionEvents {
  /** in the room, or back in it; fresh: as a new participant, so that media must be set up anew */
  entered(joined: Joined, fresh: boolean): void;
  /** every message while in the room, joined included, in order */
  message(e: ServerEnvelope): void;
  /** in the lobby, for the first time, again, or with news; from the room: sent back */
  waiting(): void;
  /** the socket is gone and will be tried again */
  lost(): void;
  /** for good; reason is a ByeReason or an error code */
  ended(reason: string, failure: CallFailure | null): void;
}

/** Attempts to reach the server before the first join gives up; later ones never do, the person may leave. */
const FIRST_ATTEMPTS = 3;
/** A session that lasted so long counts as healthy: the backoff starts again from its shortest wait. */
const HEALTHY_MS = 5000;
const LEAVE_MS = 1000;

/** After these the participant or the room may still be there; after all others coming back by itself would be rude or vain. */
const COME_BACK: ReadonlySet<ByeReason> = new Set<ByeReason>(['too_slow', 'shutdown', 'protocol', 'timeout']);
/** Refusals of a join that pass with time. */
const PASSING: ReadonlySet<string> = new Set(['socket_failed', 'shutting_down', 'rate_limited', 'internal']);

type State = 'idle' | 'connecting' | 'pausing' | 'lobby' | 'in' | 'ended';

/** What a client presents at the door beside its name. */
export type Credentials = Pick<Join, 'token' | 'invite' | 'device'>;

/** The participant's session. One call, one Session; after ended it does nothing more. */
export class Session {
  private state: State = 'idle';
  private wire: Wire | null = null;
  private room = '';
  private name = '';
  private credentials: Credentials = {};
  private identity: { participant: string; token: string } | null = null;
  private lastSeq = 0;
  private attempt = 0;
  private wasIn = false;
  /** entered as a new participant, or from the lobby: media begins anew */
  private begins = true;
  private inSince = 0;
  private stopWaiting: () => void = () => undefined;

  constructor(private readonly deps: SessionDeps, private readonly events: SessionEvents) {}

  /** Starts; entered or ended tells how it went. */
  join(room: string, name: string, credentials: Credentials = {}): void {
    if (this.state !== 'idle') return;
    this.room = room;
    this.name = name;
    this.credentials = credentials;
    this.connect();
  }

  /** True while requests can be sent. */
  get live(): boolean {
    return this.state === 'in';
  }

  /** True also in the lobby. */
  private get connected(): boolean {
    return this.state === 'in' || this.state === 'lobby';
  }

  /** Sends a request in the room or the lobby; rejects with 'socket_failed' while there is no session. */
  request<T extends keyof ClientMessages>(type: T, data: ClientMessages[T]): Promise<Reply<T>> {
    if (!this.wire || !this.connected) return Promise.reject(new CallFailure('socket_failed', 'not connected'));
    return this.wire.request(type, data);
  }

  /** Ends the wait between two attempts. */
  retryNow(): void {
    if (this.state !== 'pausing') return;
    this.stopWaiting();
    this.connect();
  }

  /** Gives up this participant and comes back as a new one: for media that cannot be repaired. */
  renew(): void {
    if (this.state !== 'in') return;
    this.wire?.tell('leave', {});
    this.identity = null;
    this.drop(0);
  }

  /** Leaves for good; resolves when the server knows, or after a second. */
  async leave(): Promise<void> {
    if (this.connected && this.wire) {
      const wire = this.wire;
      let stop = (): void => undefined;
      const patience = new Promise<void>((resolve) => (stop = this.deps.clock.after(LEAVE_MS, resolve)));
      await Promise.race([wire.request('leave', {}).then(() => undefined, () => undefined), patience]);
      stop();
    }
    this.end('left', null);
  }

  /** Leaves without waiting: the page is going away. */
  leaveNow(): void {
    if (this.connected) this.wire?.tell('leave', {});
    this.end('left', null);
  }

  private connect(): void {
    this.state = 'connecting';
    let wire: Wire;
    const mine = (fn: () => void) => () => {
      if (this.wire === wire) fn();
    };
    wire = new Wire(this.deps.connect(), this.deps.clock, {
      opened: mine(() => this.enter(wire)),
      message: (e) => {
        if (this.wire === wire) this.receive(e);
      },
      closed: mine(() => this.drop(0)),
    });
    this.wire = wire;
  }

  private enter(wire: Wire): void {
    const resume = this.identity ? { resume: { ...this.identity, last_seq: this.lastSeq } } : {};
    wire.request('join', { room: this.room, name: this.name, ...this.credentials, ...resume }).catch((thrown: unknown) => {
      if (this.wire === wire) this.refused(wire, asFailure(thrown));
    });
  }

  private refused(wire: Wire, failure: CallFailure): void {
    if (failure.code === 'resume_unknown' && this.identity) {
      // Gone, or the server restarted: the same person comes in as a new participant.
      this.identity = null;
      this.enter(wire);
      return;
    }
    if (this.wasIn ? PASSING.has(failure.code) : failure.code === 'socket_failed') this.drop(failure.retryAfter ?? 0);
    else this.end(failure.code, failure);
  }

  private receive(e: ServerEnvelope): void {
    if (e.type === 'joined') this.joined(e.data);
    if (e.type === 'waiting') this.waits(e.data);
    // Who was given another name comes back by it.
    if (e.type === 'participant_changed' && e.data.id === this.identity?.participant) this.name = e.data.name;
    if (e.seq !== undefined && e.seq > this.lastSeq) this.lastSeq = e.seq;
    if (e.type === 'bye') this.bye(e.data.reason, e.data.retry_after ?? 0, e.data.message);
    else if (this.state === 'in' && e.type !== 'joined') this.events.message(e);
  }

  private joined(j: Joined): void {
    const fresh = this.begins || this.identity?.participant !== j.self;
    this.begins = false;
    this.identity = { participant: j.self, token: j.token };
    if (!j.replayed) this.lastSeq = j.seq;
    this.state = 'in';
    this.wasIn = true;
    this.inSince = this.deps.clock.now();
    this.events.message({ type: 'joined', data: j });
    this.events.entered(j, fresh);
  }

  /** The server keeps this participant in the lobby: Joined follows when it is admitted. */
  private waits(w: Waiting): void {
    this.identity = { participant: w.self, token: w.token };
    this.lastSeq = 0;
    this.state = 'lobby';
    this.wasIn = this.begins = true;
    this.inSince = this.deps.clock.now();
    this.events.message({ type: 'waiting', data: w });
    this.events.waiting();
  }

  private bye(reason: ByeReason, retryAfter: number, said?: string): void {
    if (COME_BACK.has(reason)) this.drop(retryAfter);
    else this.end(reason, reason === 'left' ? null : new CallFailure(reason, reason, retryAfter, { said }));
  }

  /** The socket is lost or useless: wait, then connect again. */
  private drop(retryAfter: number): void {
    const was = this.state;
    if (was === 'ended' || was === 'idle') return;
    this.discard();
    if (was === 'in' || was === 'lobby') {
      if (this.deps.clock.now() - this.inSince > HEALTHY_MS) this.attempt = 0;
      this.events.lost();
      if (this.ended()) return; // the listener may have left
    }
    if (!this.wasIn && this.attempt + 1 >= FIRST_ATTEMPTS) {
      this.end('socket_failed', new CallFailure('socket_failed', 'the server cannot be reached', retryAfter));
      return;
    }
    this.state = 'pausing';
    const ms = backoffAtLeast(this.attempt++, retryAfter, this.deps.random);
    this.stopWaiting = this.deps.clock.after(ms, () => this.connect());
  }

  private ended(): boolean {
    return this.state === 'ended';
  }

  private end(reason: string, failure: CallFailure | null): void {
    if (this.state === 'ended') return;
    this.state = 'ended';
    this.stopWaiting();
    this.discard();
    this.events.ended(reason, failure);
  }

  private discard(): void {
    const wire = this.wire;
    this.wire = null;
    wire?.close();
  }
}
