// How a camera is encoded for the size of its picture and for what the room can use of it.
//
// Browsers send fewer encodings of a small picture than they were asked for, and leave out the last ones: of 640x360
// Chromium would send a quarter and half, and nobody would ever see the whole. So a small picture gets fewer encodings,
// of which the largest is the picture itself.

/** What one encoding of a camera does; bit/s. */
export interface CameraEncoding {
  rid: 'q' | 'h' | 'f';
  active: boolean;
  scaleResolutionDownBy: number;
  maxBitrate: number;
}

/** By the longer side of the picture, in pixels. A 720p camera sends 180p, 360p and 720p; a 360p one 180p and 360p. */
const STEPS: { from: number; encodings: [scale: number, maxBitrate: number][] }[] = [
  { from: 960, encodings: [[4, 150_000], [2, 500_000], [1, 1_700_000]] },
  { from: 480, encodings: [[2, 150_000], [1, 700_000]] },
  { from: 0, encodings: [[1, 300_000]] },
];

const RIDS = ['q', 'h', 'f'] as const;

/** Index of the largest encoding that the room wants while it has not said: all. */
export const ALL_ENCODINGS = RIDS.length - 1;

/**
 * The encodings for a picture of that size (0: unknown, taken for a large one), smallest first. Active are those that
 * both the picture and the room (up to the index max) want; the smallest always is. Pure.
 */
export function cameraEncodings(width: number, height: number, max = ALL_ENCODINGS): CameraEncoding[] {
  const side = Math.max(width, height) || STEPS[0]!.from;
  const { encodings } = STEPS.find((s) => side >= s.from) ?? STEPS[STEPS.length - 1]!;
  return RIDS.map((rid, i) => {
    const [scaleResolutionDownBy, maxBitrate] = encodings[i] ?? [1, 0];
    const fits = i < encodings.length;
    return { rid, active: fits && i <= Math.max(0, max), scaleResolutionDownBy, maxBitrate: fits ? maxBitrate : STEPS[0]!.encodings[2]![1] };
  });
}

/** Makes the sender encode a camera as its size and the room want; a sender that refuses goes on as it does. */
export async function fitCamera(sender: RTCRtpSender, track: MediaStreamTrack, max: number): Promise<void> {
  const { width = 0, height = 0 } = track.getSettings?.() ?? {};
  try {
    const parameters = sender.getParameters();
    const wanted = cameraEncodings(width, height, max);
    if (parameters.encodings?.length !== wanted.length) return; // no simulcast here
    parameters.encodings.forEach((e, i) => {
      const { active, scaleResolutionDownBy, maxBitrate } = wanted[i]!;
      Object.assign(e, { active, scaleResolutionDownBy, maxBitrate });
    });
    await sender.setParameters(parameters);
  } catch {
    // The encodings of the section stay as they are.
  }
}
