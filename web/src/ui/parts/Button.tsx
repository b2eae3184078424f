import type { ComponentChildren, JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';

interface Props extends Omit<JSX.ButtonHTMLAttributes<HTMLButtonElement>, 'onClick' | 'loading'> {
  children: ComponentChildren;
  /** while the promise runs the button is busy and further clicks do nothing */
  onClick?: () => void | Promise<unknown>;
  busy?: boolean;
  testid?: string;
}

/** A button that answers at once: it shows that it is busy until what it started is done. */
export function Button({ children, onClick, busy = false, testid, type = 'button', class: className = '', ...rest }: Props) {
  const [running, run] = useBusy();
  const waiting = busy || running;
  const click = (): void => {
    if (!waiting && onClick) run(onClick);
  };
  return (
    <button {...rest} type={type} class={`button ${className as string}`} aria-busy={waiting || undefined} aria-disabled={waiting || undefined} onClick={click} data-testid={testid}>
      {waiting && <span class="spinner" aria-hidden="true" />}
      {children}
    </button>
  );
}

/** Runs one thing at a time; the first value says whether it is still running. */
export function useBusy(): [busy: boolean, run: (task: () => void | Promise<unknown>) => void] {
  const [busy, setBusy] = useState(false);
  const running = useRef(false);
  const run = (task: () => void | Promise<unknown>): void => {
    if (running.current) return;
    const result = task();
    if (!(result instanceof Promise)) return;
    running.current = true;
    setBusy(true);
    const done = (): void => {
      running.current = false;
      setBusy(false);
    };
    result.then(done, done);
  };
  return [busy, run];
}
