// Why getUserMedia failed, in the words that the UI has a sentence for.

import type { DeviceProblem } from '../call/types';

/** The names of errors, also those of older browsers, that need no further question. */
const BY_NAME: Record<string, DeviceProblem> = {
  NotFoundError: 'missing',
  DevicesNotFoundError: 'missing',
  NotReadableError: 'busy',
  TrackStartError: 'busy',
  AbortError: 'busy',
  OverconstrainedError: 'unplugged',
  ConstraintNotSatisfiedError: 'unplugged',
};

const REFUSED: ReadonlySet<string> = new Set(['NotAllowedError', 'PermissionDeniedError', 'SecurityError']);

/** The problem behind a refusal. permission is what the browser says of it now, null when it cannot be asked. */
export function problemOf(thrown: unknown, permission: PermissionState | null): DeviceProblem {
  const { name, message } = describe(thrown);
  const known = BY_NAME[name];
  if (known) return known;
  if (!REFUSED.has(name)) return 'unknown';
  if (/system/i.test(message)) return 'system';
  return permission === 'prompt' ? 'dismissed' : 'denied';
}

/** True when the same request without a chosen device may succeed. */
export function deviceIsGone(thrown: unknown): boolean {
  const p = BY_NAME[describe(thrown).name];
  return p === 'missing' || p === 'unplugged';
}

/** True for problems that a change of the permission can end. */
export function isPermissionProblem(p: DeviceProblem | null): boolean {
  return p === 'denied' || p === 'dismissed';
}

function describe(thrown: unknown): { name: string; message: string } {
  const e = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as { name?: unknown; message?: unknown };
  return { name: String(e.name ?? ''), message: String(e.message ?? '') };
}

/** What the browser says of a permission now, and where to listen for changes; null where it cannot be asked. */
export async function permissionOf(name: 'microphone' | 'camera'): Promise<PermissionStatus | null> {
  try {
    return await navigator.permissions.query({ name: name as PermissionName });
  } catch {
    return null; // Firefox before 132 and Safari before 16 know no such name
  }
}
