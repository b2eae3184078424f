import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { t } from '../i18n';
import { Landing } from './landing/Landing';
import { Button } from './parts/Button';
import { Notice } from './parts/Notice';
import { Page } from './parts/Page';
import { route } from './route';

type MeetingComponent = ComponentType<{ room: string }>;

/** The landing page comes first and is small; everything about calls is loaded when a room is opened. */
export function App() {
  const { room } = route.value;
  useEffect(() => {
    if (room === null) document.title = 'Salon';
  }, [room]);
  return room === null ? <Landing /> : <LoadMeeting key={room} room={room} />;
}

function LoadMeeting({ room }: { room: string }) {
  const [state, setState] = useState<{ Meeting?: MeetingComponent; failed?: boolean }>({});
  const load = async (): Promise<void> => {
    try {
      const { Meeting } = await import('./meeting/Meeting');
      setState({ Meeting });
    } catch {
      setState({ failed: true });
    }
  };
  useEffect(() => void load(), []);
  if (state.Meeting) return <state.Meeting room={room} />;
  return (
    <Page>
      <main class="loading">
        {state.failed ? (
          <Notice error>
            <p>{t('error.socket_failed')}</p>
            <Button onClick={() => location.reload()}>{t('retry')}</Button>
          </Notice>
        ) : (
          <p>{t('loading')}</p>
        )}
      </main>
    </Page>
  );
}
