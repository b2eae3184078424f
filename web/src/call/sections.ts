// The sections (transceivers) of the PeerConnection: which there are, in which order, and how they encode.
//
// They are created without tracks at join and filled by replaceTrack, so that mute, camera, screen and another device
// never need SDP. Every optional feature is tried and, where the browser refuses it, left out.

import type { Source } from '../protocol/messages.gen';
import { cameraEncodings } from './simulcast';

/** Sections to receive with: the loudest voices, and the videos of a usual screen. */
export const AUDIO_SLOTS = 6;
export const VIDEO_SLOTS = 9;
/** The most video slots that a layout may ask for. */
export const MAX_VIDEO_SLOTS = 24;

/** The sections with which the client may send, in the order of the offer. */
export const SEND_ORDER: readonly Source[] = ['microphone', 'camera', 'screen', 'screen_audio'];

/** Of a large camera, until its size is known. */
const SIMULCAST: RTCRtpEncodingParameters[] = cameraEncodings(1280, 720);
const SCREEN_BITRATE = 2_500_000;
const SCREEN_AUDIO_BITRATE = 128_000; // music and film sound, not only speech

/** Three frame-rate steps, of which the server can leave out the upper ones for a receiver on a poor link. */
const TEMPORAL = 'L1T3';

type Encoding = RTCRtpEncodingParameters & { scalabilityMode?: string };

/** Adds the sections that send; returns them by source. */
export function addSending(pc: RTCPeerConnection): Map<Source, RTCRtpTransceiver> {
  const sending = new Map<Source, RTCRtpTransceiver>();
  for (const source of SEND_ORDER) sending.set(source, addSource(pc, source));
  return sending;
}

/** Adds n sections that receive. */
export function addReceiving(pc: RTCPeerConnection, kind: 'audio' | 'video', n: number): RTCRtpTransceiver[] {
  return Array.from({ length: n }, () => pc.addTransceiver(kind, { direction: 'recvonly' }));
}

function addSource(pc: RTCPeerConnection, source: Source): RTCRtpTransceiver {
  switch (source) {
    case 'microphone':
      return preferRED(pc.addTransceiver('audio', { direction: 'sendonly' }));
    case 'screen_audio':
      return addWithEncodings(pc, 'audio', [{ maxBitrate: SCREEN_AUDIO_BITRATE }]);
    case 'camera':
      return preferVP8(addWithEncodings(pc, 'video', SIMULCAST));
    case 'screen': {
      const t = preferVP8(addWithEncodings(pc, 'video', [{ maxBitrate: SCREEN_BITRATE }]));
      void keepResolution(t.sender);
      return t;
    }
  }
}

/** With temporal layers where the browser can, else plain, else (no simulcast at all) without any wish. */
function addWithEncodings(pc: RTCPeerConnection, kind: 'audio' | 'video', plain: Encoding[]): RTCRtpTransceiver {
  const layered = kind === 'video' ? plain.map((e) => ({ ...e, scalabilityMode: TEMPORAL })) : plain;
  for (const sendEncodings of [layered, plain]) {
    try {
      return pc.addTransceiver(kind, { direction: 'sendonly', sendEncodings });
    } catch {
      // The next, plainer one.
    }
  }
  return pc.addTransceiver(kind, { direction: 'sendonly' });
}

/** VP8 first: every browser sends it in simulcast, and the server switches its layers without guessing. */
const preferVP8 = (t: RTCRtpTransceiver): RTCRtpTransceiver => prefer(t, 'video', 'video/vp8');

/** RED first: each packet of the voice carries the one before along, so that the server can repair what is lost on the way to it. */
const preferRED = (t: RTCRtpTransceiver): RTCRtpTransceiver => prefer(t, 'audio', 'audio/red');

function prefer(t: RTCRtpTransceiver, kind: 'audio' | 'video', mime: string): RTCRtpTransceiver {
  putFirst(t, kind, mime); // else the browser's own order begins with VP8, and plain Opus
  return t;
}

/** Puts a codec first in the next offer; false where the browser does not have it. */
export function putFirst(t: RTCRtpTransceiver, kind: 'audio' | 'video', mime: string): boolean {
  try {
    const codecs = RTCRtpReceiver.getCapabilities(kind)?.codecs ?? [];
    const first = (c: { mimeType: string }): boolean => c.mimeType.toLowerCase() === mime;
    if (!codecs.some(first)) return false;
    t.setCodecPreferences([...codecs.filter(first), ...codecs.filter((c) => !first(c))]);
    return true;
  } catch {
    return false;
  }
}

/** Text must stay readable: drop frames rather than pixels. */
async function keepResolution(sender: RTCRtpSender): Promise<void> {
  try {
    const p = sender.getParameters() as RTCRtpSendParameters & { degradationPreference?: string };
    p.degradationPreference = 'maintain-resolution';
    await sender.setParameters(p);
  } catch {
    // contentHint 'detail' on the track says the same to browsers without it.
  }
}
