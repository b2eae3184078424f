import { useRef, useState } from 'preact/hooks';
import { useMeeting } from '../meeting/context';

/** Copies text and says so, for two seconds on the screen and once aloud. */
export function useCopy(said: string): [copied: boolean, copy: (text: string) => void] {
  const { announcer } = useMeeting();
  const [copied, setCopied] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const copy = (text: string): void => {
    void write(text).then((done) => {
      if (!done) return;
      announcer.say(said);
      setCopied(true);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => setCopied(false), 2000);
    });
  };
  return [copied, copy];
}

async function write(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No clipboard on an insecure page: offer the text to be copied by hand.
    prompt(text, text);
    return false;
  }
}
