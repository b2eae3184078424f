import { describe, expect, it } from 'vitest';
import type { DeviceProblem } from '../call/types';
import { deviceIsGone, isPermissionProblem, problemOf } from './problems';

const error = (name: string, message = ''): Error => Object.assign(new Error(message), { name });

describe('problemOf', () => {
  it.each<[string, string, PermissionState | null, DeviceProblem]>([
    ['NotAllowedError', 'Permission denied', 'denied', 'denied'],
    ['NotAllowedError', 'Permission dismissed', 'prompt', 'dismissed'],
    ['NotAllowedError', 'The request is not allowed by the user agent', null, 'denied'],
    ['NotAllowedError', 'Permission denied by system', 'denied', 'system'],
    ['NotAllowedError', 'Permission denied by system', 'granted', 'system'],
    ['SecurityError', '', null, 'denied'],
    ['NotFoundError', 'Requested device not found', 'granted', 'missing'],
    ['DevicesNotFoundError', '', null, 'missing'],
    ['NotReadableError', 'Could not start video source', 'granted', 'busy'],
    ['AbortError', 'Starting videoinput failed', null, 'busy'],
    ['TrackStartError', '', null, 'busy'],
    ['OverconstrainedError', '', 'granted', 'unplugged'],
    ['TypeError', '', 'granted', 'unknown'],
  ])('%s "%s" with permission %s', (name, message, permission, want) => {
    expect(problemOf(error(name, message), permission)).toBe(want);
  });

  it.each([undefined, null, 7, 'no', {}])('bears %s', (thrown) => expect(problemOf(thrown, null)).toBe('unknown'));
});

it('only a device that is gone is worth a try without it', () => {
  expect(['NotFoundError', 'OverconstrainedError', 'NotReadableError', 'NotAllowedError'].map((n) => deviceIsGone(error(n)))).toEqual([true, true, false, false]);
});

it('a permission ends only what a permission began', () => {
  expect([null, 'denied', 'dismissed', 'system', 'busy', 'missing'].map((p) => isPermissionProblem(p as DeviceProblem | null))).toEqual([false, true, true, false, false, false]);
});
