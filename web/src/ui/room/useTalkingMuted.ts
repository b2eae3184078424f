import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { useMeeting } from '../meeting/context';
import { access } from '../order/access';
import { hear, hintFor, hinting, silent } from '../talking';

/** True for a few seconds when somebody talks and nobody can hear it. */
export function useTalkingMuted(): boolean {
  const { call, devices } = useMeeting();
  const shown = useSignal(false);
  const state = useRef(silent);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useSignalEffect(() => {
    const now = performance.now();
    const muted = !call.micOn.value && access(call, 'speak') === 'allowed';
    state.current = hear(state.current, devices.level.value, muted, now);
    const hint = muted && hinting(state.current, now);
    if (hint === shown.peek()) return;
    shown.value = hint;
    clearTimeout(timer.current);
    if (hint) timer.current = setTimeout(() => (shown.value = false), hintFor);
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  return shown.value;
}
