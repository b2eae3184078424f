// What the call needs of the page around it.

import { SUBPROTOCOL } from '../protocol/messages.gen';
import type { Socket } from './wire';

/** Opens a WebSocket to the server that served this page. */
export function openSocket(): Socket {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  // A WebSocket is a Socket; only its handlers expect more of an event than a Wire reads.
  return new WebSocket(`${scheme}://${location.host}/ws`, SUBPROTOCOL) as unknown as Socket;
}

/** Calls fn when the device is online again or changed its network, as far as the browser tells. */
export function onNetworkChange(fn: () => void): void {
  window.addEventListener('online', fn);
  const connection = (navigator as { connection?: EventTarget }).connection;
  let kind = kindOf(connection);
  connection?.addEventListener?.('change', () => {
    // It also fires when only the estimated speed changes: that is no other network.
    const now = kindOf(connection);
    if (now !== kind) fn();
    kind = now;
  });
}

function kindOf(connection: EventTarget | undefined): string | undefined {
  return (connection as { type?: string } | undefined)?.type;
}

/** Calls fn when the page goes away, also into the cache for the back button. */
export function onPageGone(fn: () => void): void {
  window.addEventListener('pagehide', fn);
}
