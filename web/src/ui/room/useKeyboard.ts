import { useEffect, type MutableRef } from 'preact/hooks';
import { t } from '../../i18n';
import { actionOf, type Action, type Where } from '../keys';
import { useMeeting, type MeetingContext } from '../meeting/context';
import { chooseMode, nextMode, togglePanel } from '../meeting/screen';
import { toggleHand } from '../order/HandTool';
import { setMicrophone, talk, toggleCamera, toggleScreen } from './actions';

/** The shortcuts of the room, for as long as it is on the screen. */
export function useKeyboard(root: MutableRef<HTMLElement | null>): void {
  const meeting = useMeeting();
  useEffect(() => {
    // A button that was clicked keeps the focus, but whoever clicked it does not mean it with Space.
    let byPointer = false;
    const pointer = (): void => void (byPointer = true);

    const down = (event: KeyboardEvent): void => {
      if (event.key === 'Tab') byPointer = false;
      if (event.defaultPrevented || event.isComposing) return;
      const { key, code, ctrlKey: ctrl, altKey: alt, shiftKey: shift, metaKey: meta, repeat } = event;
      if (repeat && code === 'Space' && meeting.screen.held.peek()) return event.preventDefault();
      const action = actionOf({ key, code, ctrl, alt, shift, meta, repeat }, where(event.target, byPointer, meeting));
      if (!action || (meeting.screen.dialog.peek() && action !== 'help')) return;
      if (action !== 'close') event.preventDefault();
      run(action, meeting, root.current);
    };
    const up = (event: KeyboardEvent): void => {
      if (event.code !== 'Space' || !meeting.screen.held.peek()) return;
      event.preventDefault();
      void talk(meeting, false);
    };
    const blur = (): void => void talk(meeting, false);

    document.addEventListener('keydown', down);
    document.addEventListener('keyup', up, true);
    document.addEventListener('pointerdown', pointer, true);
    window.addEventListener('blur', blur);
    return () => {
      document.removeEventListener('keydown', down);
      document.removeEventListener('keyup', up, true);
      document.removeEventListener('pointerdown', pointer, true);
      window.removeEventListener('blur', blur);
    };
  }, []);
}

function where(target: EventTarget | null, byPointer: boolean, { screen }: MeetingContext): Where {
  const element = target instanceof HTMLElement ? target : null;
  const typing = element?.isContentEditable || element?.matches('textarea, select, input:not([type=checkbox], [type=radio])') || false;
  const control = !byPointer && (element?.matches('button, a, input, summary') ?? false);
  return { typing, control, letters: screen.letters.peek() };
}

function run(action: Action, meeting: MeetingContext, root: HTMLElement | null): void {
  const { screen, announcer, call } = meeting;
  switch (action) {
    case 'mic':
      return void setMicrophone(meeting, !call.micOn.peek() || screen.held.peek());
    case 'talk':
      return void talk(meeting, true);
    case 'camera':
      return void toggleCamera(meeting);
    case 'hand':
      return void toggleHand(meeting);
    case 'share':
      return void toggleScreen(meeting);
    case 'chat':
    case 'people':
      return togglePanel(screen, action);
    case 'layout':
      chooseMode(screen, nextMode(screen.mode.peek()));
      return announcer.say(t('say.layout', { mode: t(`layout.${screen.mode.peek()}`) }));
    case 'help':
      screen.dialog.value = screen.dialog.peek() === 'help' ? null : 'help';
      return;
    case 'close':
      if (!document.fullscreenElement) screen.panel.value = null;
      return;
    case 'region':
    case 'region-back':
      return nextRegion(root, action === 'region' ? 1 : -1);
  }
}

/** Moves the focus to the next region: its last focused control would be a surprise, its start is not. */
function nextRegion(root: HTMLElement | null, step: number): void {
  const regions = [...(root?.querySelectorAll<HTMLElement>('[data-region]') ?? [])];
  const current = regions.findIndex((region) => region.contains(document.activeElement));
  const next = regions[(current + step + regions.length) % regions.length] ?? regions[0];
  (next?.querySelector<HTMLElement>('button, textarea, a[href]') ?? next)?.focus();
}
