// Decides when ICE must restart. Knows no PeerConnection: it is told states and asks for restarts.

import type { Clock } from './clock';

/** What an IceWatch asks for. */
export interface IceWatchEvents {
  restart(): void;
  /** for the UI: media does not get through (true), or does (false) */
  trouble(on: boolean): void;
}

const DISCONNECTED_MS = 3000; // shorter dips heal by themselves
const RETRY_MS = 5000; // between restarts that do not help
const TROUBLE_MS = 10_000; // without a connection, then the person is told

/** Watches one PeerConnection. */
export class IceWatch {
  private state: RTCIceConnectionState = 'new';
  private troubled = false;
  private stopRestart: (() => void) | null = null;
  private stopTrouble: (() => void) | null = null;

  constructor(private readonly clock: Clock, private readonly events: IceWatchEvents) {}

  /** Takes the PeerConnection's iceConnectionState whenever it changes, and once after the first answer. */
  changed(s: RTCIceConnectionState): void {
    this.state = s;
    if (s === 'closed') return this.close();
    if (this.up) return this.recovered();
    this.stopTrouble ??= this.clock.after(TROUBLE_MS, () => this.trouble());
    if (s === 'disconnected') this.restartAfter(DISCONNECTED_MS);
    if (s === 'failed') this.restartAfter(0);
  }

  /** The network is another one: what was connected before is probably dead, and waiting would only cost time. */
  networkChanged(): void {
    if (this.state === 'new' || this.state === 'closed' || this.stopRestart) return;
    this.events.restart();
  }

  /** Stops all timers. */
  close(): void {
    this.stopRestart?.();
    this.stopTrouble?.();
    this.stopRestart = this.stopTrouble = null;
  }

  private get up(): boolean {
    return this.state === 'connected' || this.state === 'completed';
  }

  private recovered(): void {
    this.close();
    if (!this.troubled) return;
    this.troubled = false;
    this.events.trouble(false);
  }

  private trouble(): void {
    this.troubled = true;
    this.events.trouble(true);
    this.restartAfter(0);
  }

  /** One restart after ms, then one every RETRY_MS until connected. */
  private restartAfter(ms: number): void {
    this.stopRestart ??= this.clock.after(ms, () => {
      this.stopRestart = null;
      this.events.restart();
      this.restartAfter(RETRY_MS);
    });
  }
}
