import { afterEach, describe, expect, it, vi } from 'vitest';
import { addSending } from './sections';

const codecs: Record<string, { mimeType: string }[]> = {
  audio: ['audio/opus', 'audio/red', 'audio/PCMU'].map((mimeType) => ({ mimeType })),
  video: ['video/AV1', 'video/VP8', 'video/rtx'].map((mimeType) => ({ mimeType })),
};

/** A connection whose sections remember what they prefer. */
function fakePC(): { pc: RTCPeerConnection; preferred: string[][] } {
  const preferred: string[][] = [];
  const addTransceiver = (): object => {
    const order: string[] = [];
    preferred.push(order);
    return {
      setCodecPreferences: (list: { mimeType: string }[]) => order.push(...list.map((c) => c.mimeType)),
      sender: { getParameters: () => ({}), setParameters: async () => undefined },
    };
  };
  return { pc: { addTransceiver } as unknown as RTCPeerConnection, preferred };
}

afterEach(() => vi.unstubAllGlobals());

describe('sections', () => {
  it('prefer RED for the voice and VP8 for pictures, and leave the rest to the browser', () => {
    vi.stubGlobal('RTCRtpReceiver', { getCapabilities: (kind: string) => ({ codecs: codecs[kind] }) });
    const { pc, preferred } = fakePC();
    expect([...addSending(pc).keys()]).toEqual(['microphone', 'camera', 'screen', 'screen_audio']);
    expect(preferred).toEqual([
      ['audio/red', 'audio/opus', 'audio/PCMU'], ['video/VP8', 'video/AV1', 'video/rtx'], ['video/VP8', 'video/AV1', 'video/rtx'], [],
    ]);
  });

  it('prefer nothing that the browser has not', () => {
    vi.stubGlobal('RTCRtpReceiver', { getCapabilities: () => ({ codecs: [{ mimeType: 'audio/opus' }] }) });
    const { pc, preferred } = fakePC();
    addSending(pc);
    expect(preferred).toEqual([[], [], [], []]);
  });
});
