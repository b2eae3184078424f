import { useMeeting } from './context';

/** The two regions that screen readers listen to. They exist from the start, else their first words are lost. */
export function LiveRegions() {
  const { announcer } = useMeeting();
  return (
    <>
      <div class="sr" role="status" aria-live="polite" data-testid="live-polite">
        {announcer.polite.value}
      </div>
      <div class="sr" role="alert" aria-live="assertive" data-testid="live-assertive">
        {announcer.urgent.value}
      </div>
    </>
  );
}
