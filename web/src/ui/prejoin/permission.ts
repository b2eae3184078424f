// When the browser is asked for microphone and camera: only after a click, or when it has agreed for good before.

import { useSignal, type ReadonlySignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Devices } from '../../call/types';

export interface Asked {
  /** 'no': nothing was asked yet; 'waiting': the browser's question is open */
  state: ReadonlySignal<'no' | 'waiting' | 'yes'>;
  ask(): Promise<void>;
  /** Before joining: asks if that never happened. False when that brought up a problem that was not seen before. */
  ready(): Promise<boolean>;
}

export function useAsked(devices: Devices): Asked {
  const state = useSignal<'no' | 'waiting' | 'yes'>(devices.preview.peek() || devices.micTrack.peek() ? 'yes' : 'no');
  const asking = useRef<Promise<void> | null>(null);

  const ask = (): Promise<void> => {
    asking.current ??= (async () => {
      state.value = 'waiting';
      await devices.request({ mic: devices.wantMic.peek(), camera: devices.wantCamera.peek() });
      state.value = 'yes';
      asking.current = null;
    })();
    return asking.current;
  };

  const ready = async (): Promise<boolean> => {
    const wanted = devices.wantMic.peek() || devices.wantCamera.peek();
    if (!wanted || (state.peek() === 'yes' && !asking.current)) return true;
    await ask();
    return (!devices.wantMic.peek() || !devices.micProblem.peek()) && (!devices.wantCamera.peek() || !devices.cameraProblem.peek());
  };

  useEffect(() => {
    void allowed().then((yes) => {
      if (yes && state.peek() === 'no') void ask();
    });
  }, []);

  return { state, ask, ready };
}

/** True when the browser will not ask because the person agreed for good. */
async function allowed(): Promise<boolean> {
  try {
    const names = ['microphone', 'camera'] as PermissionName[];
    const answers = await Promise.all(names.map((name) => navigator.permissions.query({ name })));
    return answers.every((answer) => answer.state === 'granted');
  } catch {
    return false; // this browser does not tell
  }
}
