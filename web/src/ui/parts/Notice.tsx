import { CircleAlert, TriangleAlert } from 'lucide';
import type { ComponentChildren } from 'preact';
import { Icon } from './Icon';

/** Something that went wrong, in words, with what to do. It is read aloud when it appears. */
export function Notice({ children, error = false, id }: { children: ComponentChildren; error?: boolean; id?: string }) {
  return (
    <div class={error ? 'notice error' : 'notice'} role="alert" id={id}>
      <Icon of={error ? CircleAlert : TriangleAlert} />
      <div>{children}</div>
    </div>
  );
}
