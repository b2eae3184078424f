import { describe, expect, it } from 'vitest';
import { cameraEncodings, fitCamera, fitScreen, shapeCamera } from './simulcast';

const sizes = (width: number, height: number, max?: number): (number | null)[] =>
  cameraEncodings(width, height, max).map((e) => (e.active ? height / e.scaleResolutionDownBy : null));

describe('cameraEncodings', () => {
  it.each([
    [1920, 1080, [270, 540, 1080]],
    [1280, 720, [180, 360, 720]],
    [720, 1280, [320, 640, 1280]], // a phone held upright
    [960, 540, [135, 270, 540]],
    [640, 480, [240, 480, null]],
    [640, 360, [180, 360, null]],
    [320, 240, [240, null, null]],
  ])('%i x %i', (width, height, want) => {
    expect(sizes(width, height)).toEqual(want);
  });

  it.each([
    [1280, 720, 2, [180, 360, 720]],
    [1280, 720, 1, [180, 360, null]],
    [1280, 720, 0, [180, null, null]],
    [1280, 720, 7, [180, 360, 720]], // of a server that counts more of them
    [1280, 720, -1, [180, null, null]],
    [640, 360, 2, [180, 360, null]], // the picture has no third one, whatever the room wants
    [640, 360, 0, [180, null, null]],
    [320, 240, 0, [240, null, null]],
  ])('%i x %i of which the room wants up to %i', (width, height, max, want) => {
    expect(sizes(width, height, max)).toEqual(want);
  });

  it('changes nothing but what is active for the room', () => {
    const rest = (max: number): object[] => cameraEncodings(1280, 720, max).map((e) => ({ ...e, active: null }));
    expect(rest(0)).toEqual(rest(2));
  });

  it('takes a picture of unknown size for a large one', () => {
    expect(cameraEncodings(0, 0, 1)).toEqual(cameraEncodings(1280, 720, 1));
  });

  it('always sends the whole picture as its largest encoding, with growing bitrates', () => {
    for (let side = 100; side < 4000; side += 20) {
      const active = cameraEncodings(side, side / 2).filter((e) => e.active);
      expect(active.at(-1)?.scaleResolutionDownBy).toBe(1);
      for (let i = 1; i < active.length; i++) expect(active[i]!.maxBitrate).toBeGreaterThan(active[i - 1]!.maxBitrate);
    }
  });
});

describe('fitCamera', () => {
  const track = { getSettings: () => ({ width: 640, height: 360 }) } as unknown as MediaStreamTrack;
  const sender = (rids: string[], refuse = false) => {
    const set: RTCRtpSendParameters[] = [];
    return {
      set,
      getParameters: () => ({ encodings: rids.map((rid) => ({ rid, scalabilityMode: 'L1T3' })) }),
      setParameters: async (p: RTCRtpSendParameters) => {
        if (refuse) throw new DOMException('no', 'InvalidModificationError');
        set.push(p);
      },
    };
  };

  it('changes scale, bitrate and activity and keeps the rest', async () => {
    const s = sender(['q', 'h', 'f']);
    await fitCamera(s as unknown as RTCRtpSender, track, { max: 2, codec: '' });
    expect(s.set[0]?.encodings.map((e) => [e.rid, e.active, e.scaleResolutionDownBy])).toEqual([['q', true, 2], ['h', true, 1], ['f', false, 1]]);
    expect(s.set[0]?.encodings.every((e) => 'scalabilityMode' in e)).toBe(true);
  });

  it('combines what the size and the room want', async () => {
    const s = sender(['q', 'h', 'f']);
    for (const max of [0, 1, 2]) await fitCamera(s as unknown as RTCRtpSender, track, { max: max, codec: '' });
    expect(s.set.map((p) => p.encodings.filter((e) => e.active).map((e) => e.rid))).toEqual([['q'], ['q', 'h'], ['q', 'h']]);
  });

  it('leaves a sender without simulcast alone, and survives one that refuses', async () => {
    const single = sender(['']);
    await fitCamera(single as unknown as RTCRtpSender, track, { max: 0, codec: '' });
    expect(single.set).toEqual([]);
    await fitCamera(sender(['q', 'h', 'f'], true) as unknown as RTCRtpSender, track, { max: 0, codec: '' });
  });
});

describe('shapeCamera', () => {
  const shape = (side: number, max: number, mimeType?: string): (object & { rid?: string })[] => {
    const encodings = ['q', 'h', 'f'].map((rid) => ({ rid }));
    shapeCamera(encodings, cameraEncodings(side, side / 2, max), mimeType ? { mimeType, clockRate: 90000 } : null);
    return encodings;
  };
  const modes = (side: number, mimeType: string, max = 2): unknown[] =>
    (shape(side, max, mimeType) as { active: boolean; scalabilityMode: string; scaleResolutionDownBy: number }[]).filter((e) => e.active).map((e) => [e.scalabilityMode, e.scaleResolutionDownBy]);

  it('sends VP8 as encodings with temporal layers, H.264 without', () => {
    expect(modes(1280, 'video/VP8')).toEqual([['L1T3', 4], ['L1T3', 2], ['L1T3', 1]]);
    expect(modes(1280, 'video/H264', 1)).toEqual([['L1T1', 4], ['L1T1', 2]]);
  });

  it('sends VP9 and AV1 as one encoding with as many spatial layers as the picture has sizes', () => {
    expect(modes(1280, 'video/VP9')).toEqual([['L3T3_KEY', 1]]);
    expect(modes(640, 'video/AV1')).toEqual([['L2T3_KEY', 1]]);
    expect(modes(320, 'video/AV1')).toEqual([['L1T3', 1]]);
  });

  it('sends no more spatial layers than the room wants', () => {
    expect(modes(1280, 'video/VP9', 1)).toEqual([['L2T3_KEY', 2]]);
    expect(modes(1280, 'video/AV1', 0)).toEqual([['L1T3', 4]]);
    expect(modes(640, 'video/AV1', 0)).toEqual([['L1T3', 2]]);
  });

  it('leaves the codec and its layers alone without a wish', () => {
    expect(shape(1280, 2).some((e) => 'codec' in e || 'scalabilityMode' in e)).toBe(false);
  });
});

describe('the codec that the room wishes', () => {
  const track = { getSettings: () => ({ width: 1280, height: 720 }) } as unknown as MediaStreamTrack;
  type Set = RTCRtpSendParameters & { encodings: { codec?: RTCRtpCodec }[] };
  const sender = (n: number, refuses = false) => {
    const set: Set[] = [];
    return {
      set,
      getParameters: () => ({
        encodings: Array.from({ length: n }, (_, i) => ({ rid: 'qhf'[i] })),
        codecs: [{ mimeType: 'video/VP8', clockRate: 90000, payloadType: 96 }, { mimeType: 'video/VP9', clockRate: 90000, payloadType: 98, sdpFmtpLine: 'profile-id=0' }],
      }),
      setParameters: async (p: Set) => {
        if (refuses && p.encodings.some((e) => 'codec' in e)) throw new DOMException('no', 'OperationError');
        set.push(p);
      },
    };
  };
  const fit = async (s: ReturnType<typeof sender>, codec: string): Promise<unknown> => {
    await fitCamera(s as unknown as RTCRtpSender, track, { max: 2, codec });
    return s.set[0]?.encodings.map((e: { codec?: RTCRtpCodec }) => e.codec?.sdpFmtpLine ?? e.codec?.mimeType);
  };

  it('is set where it was negotiated', async () => {
    expect(await fit(sender(3), 'vp9')).toEqual(['profile-id=0', 'profile-id=0', 'profile-id=0']);
    expect(await fit(sender(3), 'vp8')).toEqual(['video/VP8', 'video/VP8', 'video/VP8']);
    expect(await fit(sender(3), 'av1')).toEqual([undefined, undefined, undefined]);
  });

  it('is left out by a browser that cannot change it, which follows the rest', async () => {
    expect(await fit(sender(3, true), 'vp9')).toEqual([undefined, undefined, undefined]);
  });

  it('is set for a screen too, which survives a refusal', async () => {
    const s = sender(1);
    await fitScreen(s as unknown as RTCRtpSender, { max: 0, codec: 'vp9' });
    expect((s.set[0]?.encodings[0] as { codec?: RTCRtpCodec }).codec?.mimeType).toBe('video/VP9');
    const refusing = sender(1, true);
    await fitScreen(refusing as unknown as RTCRtpSender, { max: 0, codec: 'vp9' });
    await fitScreen(refusing as unknown as RTCRtpSender, { max: 0, codec: '' });
    expect(refusing.set).toEqual([]);
  });
});
