import type { IconNode } from 'lucide';
import { h } from 'preact';

/** An icon beside text or in a named button; screen readers skip it. */
export function Icon({ of, size = 20 }: { of: IconNode; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
      {of.map(([tag, attributes]) => h(tag, attributes as Record<string, string>))}
    </svg>
  );
}

/** The armchair. */
export function Logo({ size = 34 }: { size?: number }) {
  return <img src="/static/icon.svg" width={size} height={size} alt="" />;
}
