import { Mic } from 'lucide';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../i18n';
import { useMeeting } from '../meeting/context';
import { Icon } from '../parts/Icon';
import { talk } from '../room/actions';

/**
 * Held to talk, with a finger, the mouse or a key. Whoever cannot hold anything, or clicks through an assistive device,
 * starts with one click and ends with another.
 */
export function TalkTool() {
  const meeting = useMeeting();
  const { screen } = meeting;
  const held = screen.held.value;
  const pressed = useRef(false);

  // Let go anywhere: the finger may have slid off the button.
  useEffect(() => {
    const up = (): void => {
      if (!pressed.current) return;
      pressed.current = false;
      void talk(meeting, false);
    };
    for (const name of ['pointerup', 'pointercancel'] as const) window.addEventListener(name, up);
    return () => {
      for (const name of ['pointerup', 'pointercancel'] as const) window.removeEventListener(name, up);
    };
  }, []);

  const down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    pressed.current = true;
    void talk(meeting, true);
  };
  const key = (on: boolean) => (event: KeyboardEvent): void => {
    if (event.code !== 'Space' && event.key !== 'Enter') return;
    event.preventDefault(); // or the browser clicks as well
    if (!event.repeat) void talk(meeting, on);
  };
  // A click without a pointer or a key comes from an assistive device.
  const click = (event: MouseEvent): void => {
    if (event.detail === 0) void talk(meeting, !screen.held.peek());
  };

  return (
    <button
      type="button" class={held ? 'tool talk-tool active' : 'tool talk-tool'} aria-label={t('talk.hold')} title={t('talk.hold.hint')} aria-pressed={held} aria-keyshortcuts="Space"
      onPointerDown={down} onKeyDown={key(true)} onKeyUp={key(false)} onClick={click} onContextMenu={(event) => event.preventDefault()} data-testid="toolbar-talk"
    >
      <span class="tool-icon">
        <Icon of={Mic} size={22} />
      </span>
      <span class="tool-text">{t(held ? 'talk.on' : 'talk.hold')}</span>
    </button>
  );
}
