import { useEffect, useRef } from 'preact/hooks';

interface Props {
  stream: MediaStream;
  mirrored?: boolean;
  /** show all of it instead of filling */
  contain?: boolean;
  label: string;
  testid?: string;
}

/** A picture without sound. The element lives as long as its key; only what it plays changes. */
export function VideoView({ stream, mirrored = false, contain = false, label, testid }: Props) {
  const element = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const video = element.current;
    if (!video) return;
    // Preact sets muted as an attribute only; browsers want the property before they play by themselves.
    video.muted = true;
    if (video.srcObject !== stream) video.srcObject = stream;
    play(video);
  }, [stream]);
  useEffect(() => () => void (element.current && (element.current.srcObject = null)), []);
  const style = `${mirrored ? 'mirrored' : ''} ${contain ? 'contain' : ''}`;
  return (
    <video ref={element} class={style} autoplay playsInline muted aria-label={label} data-testid={testid} disablePictureInPicture={mirrored} onPause={(event) => play(event.currentTarget)} onLoadedMetadata={(event) => play(event.currentTarget)} />
  );
}

/** A browser pauses pictures when an element moves or the page was hidden; a call goes on. */
function play(video: HTMLVideoElement): void {
  if (video.srcObject) video.play().catch(() => undefined);
}
