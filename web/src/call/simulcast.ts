// How a camera is encoded for the size of its picture and for what the room can use of it.
//
// Browsers send fewer encodings of a small picture than they were asked for, and leave out the last ones: of 640x360
// Chromium would send a quarter and half, and nobody would ever see the whole. So a small picture gets fewer encodings,
// of which the largest is the picture itself.

import type { Source } from '../protocol/messages.gen';

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

/** What the room wants of a video: the largest encoding, and the codec ("" for the browser's own choice). */
export interface RoomWish {
  max: number;
  codec: string;
}

/** Encoding parameters that not every browser has; TypeScript does not know them all. */
type Encoding = RTCRtpEncodingParameters & { scalabilityMode?: string; codec?: RTCRtpCodec };

/** The codec of that name, if it was negotiated: what the room wishes else cannot be sent. */
function sendable(parameters: RTCRtpSendParameters, name: string): RTCRtpCodec | null {
  if (!name) return null;
  const mime = `video/${name}`;
  const { mimeType, clockRate, sdpFmtpLine } = parameters.codecs?.find((c) => c.mimeType.toLowerCase() === mime) ?? {};
  if (!mimeType || !clockRate) return null;
  return { mimeType, clockRate, ...(sdpFmtpLine === undefined ? {} : { sdpFmtpLine }) };
}

/**
 * Whether the browser changes the codec of a sender by its parameters: of those it reads what it knows. Firefox does not, and takes
 * them all the same.
 */
export async function changesCodec(sender: RTCRtpSender): Promise<boolean> {
  let read = false;
  try {
    const parameters = sender.getParameters();
    for (const e of parameters.encodings) Object.defineProperty(e, 'codec', { enumerable: true, get: () => void (read = true) });
    await sender.setParameters(parameters);
  } catch {
    // What was read was read.
  }
  return read;
}

/** What every browser sends in several encodings. In other codecs a camera needs layers in one stream, and these the parameters. */
const SIMULCAST_CODECS = ['vp8', 'h264'];

/** The codec that a sender changes to by another offer; "": it stays. Pure. */
export function offerable(source: Source, codec: string): string {
  return !codec || source !== 'camera' || SIMULCAST_CODECS.includes(codec) ? codec : 'vp8';
}

/** Spatial layers in one stream that refer to each other at keyframes only, by the index of the largest. */
const LAYERED = ['L1T3', 'L2T3_KEY', 'L3T3_KEY'];

/**
 * Changes the encodings of a camera to those of a codec; null: the codec stays. VP8 has three frame-rate steps in each
 * encoding. VP9 and AV1 carry all sizes that are wanted in their first encoding, and the others rest. Pure but for its first
 * argument.
 */
export function shapeCamera(encodings: Encoding[], wanted: CameraEncoding[], codec: RTCRtpCodec | null): void {
  const name = codec?.mimeType.toLowerCase();
  const top = wanted.reduce((last, w, i) => (w.active ? i : last), 0);
  encodings.forEach((e, i) => {
    const { active, scaleResolutionDownBy, maxBitrate } = wanted[i]!;
    Object.assign(e, { active, scaleResolutionDownBy, maxBitrate });
    if (!codec) return;
    e.codec = codec;
    e.scalabilityMode = name === 'video/h264' ? 'L1T1' : 'L1T3';
    if (name !== 'video/vp9' && name !== 'video/av1') return;
    Object.assign(e, { active: i === 0, scaleResolutionDownBy: wanted[top]!.scaleResolutionDownBy, maxBitrate: wanted[top]!.maxBitrate });
    if (i === 0) e.scalabilityMode = LAYERED[top]!;
  });
}

/** Makes the sender encode a camera as its size and the room want; a sender that refuses goes on as it does: then false. */
export async function fitCamera(sender: RTCRtpSender, track: MediaStreamTrack, wish: RoomWish): Promise<boolean> {
  const { width = 0, height = 0 } = track.getSettings?.() ?? {};
  const wanted = cameraEncodings(width, height, wish.max);
  const change = async (codec: boolean): Promise<void> => {
    const parameters = sender.getParameters();
    if (parameters.encodings?.length !== wanted.length) return; // no simulcast here
    shapeCamera(parameters.encodings, wanted, codec ? sendable(parameters, wish.codec) : null);
    await sender.setParameters(parameters);
  };
  // A browser that cannot change the codec still follows the rest.
  return change(true).catch(() => change(false)).then(() => true, () => false);
}

/** Makes the sender encode a screen in the codec that the room wants; false: it goes on in the codec of before. */
export async function fitScreen(sender: RTCRtpSender, wish: RoomWish): Promise<boolean> {
  try {
    const parameters = sender.getParameters();
    const codec = sendable(parameters, wish.codec);
    if (!codec || parameters.encodings.length !== 1) return true;
    Object.assign(parameters.encodings[0]!, { codec });
    await sender.setParameters(parameters);
    return true;
  } catch {
    return false;
  }
}
