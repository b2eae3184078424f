// Which screen the address names: "/" is the landing page, "/cuisine" the room cuisine.

import { signal } from '@preact/signals';
import { roomOf } from './rooms';

export const route = signal<{ room: string | null }>({ room: null });

export function readRoute(): void {
  const room = roomOf(location.pathname);
  if (room !== route.peek().room) route.value = { room };
}

/** Goes to another screen without loading the page again. */
export function go(path: string): void {
  history.pushState(null, '', path);
  readRoute();
  scrollTo(0, 0);
}

export function startRoute(): void {
  addEventListener('popstate', readRoute);
  readRoute();
}
