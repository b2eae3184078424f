import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeTrack } from '../../test/fakes';
import { ScreenShare } from './share';

let answer: () => Promise<unknown>;
let options: Record<string, unknown>;
const video = (): MediaStreamTrack => fakeTrack('video');
const stream = (v: MediaStreamTrack[], a: MediaStreamTrack[] = []) => async () => ({ getVideoTracks: () => v, getAudioTracks: () => a });
const fail = (name: string, message = '') => () => Promise.reject(Object.assign(new Error(message), { name }));

beforeEach(() => {
  vi.stubGlobal('navigator', { mediaDevices: { getDisplayMedia: (o: Record<string, unknown>) => ((options = o), answer()) } });
});
afterEach(() => vi.unstubAllGlobals());

describe('ScreenShare', () => {
  it('shares picture and sound with their hints', async () => {
    const [v, a] = [video(), fakeTrack('audio')];
    answer = stream([v], [a]);
    const share = new ScreenShare();
    await share.start();
    expect([share.video.value, share.audio.value]).toEqual([v, a]);
    expect([v.contentHint, a.contentHint]).toEqual(['detail', 'music']);
    expect(options).toMatchObject({ audio: { echoCancellation: false, channelCount: { ideal: 2 } }, surfaceSwitching: 'include', selfBrowserSurface: 'exclude', systemAudio: 'include' });
    share.stop();
    expect([v.readyState, a.readyState, share.video.value, share.audio.value]).toEqual(['ended', 'ended', null, null]);
  });

  it('favours what the room says, also in what is shared already', async () => {
    const v = video();
    answer = stream([v]);
    const share = new ScreenShare();
    share.favour('text');
    await share.start();
    expect(v.contentHint).toBe('text');
    share.favour('motion');
    expect(v.contentHint).toBe('motion');
  });

  it("ends with the browser's own button", async () => {
    const v = video();
    answer = stream([v]);
    const share = new ScreenShare();
    await share.start();
    (v.onended as () => void)();
    expect(share.video.value).toBeNull();
  });

  it.each(['NotAllowedError', 'AbortError'])('%s is a change of mind', async (name) => {
    answer = fail(name);
    const share = new ScreenShare();
    await share.start();
    expect(share.video.value).toBeNull();
  });

  it.each([
    ['NotAllowedError', 'Permission denied by system', 'share_denied'],
    ['NotFoundError', '', 'share_denied'],
    ['NotReadableError', '', 'share_failed'],
    ['TypeError', '', 'share_failed'],
  ])('%s "%s" is %s', async (name, message, code) => {
    answer = fail(name, message);
    await expect(new ScreenShare().start()).rejects.toMatchObject({ code });
  });

  it('is not there on phones', async () => {
    vi.stubGlobal('navigator', { mediaDevices: {} });
    await expect(new ScreenShare().start()).rejects.toMatchObject({ code: 'share_unsupported' });
  });

  it('chosen after the call ended is closed again', async () => {
    const v = video();
    let choose: (s: unknown) => void = () => undefined;
    answer = () => new Promise((r) => (choose = r));
    const share = new ScreenShare();
    const started = share.start();
    share.stop();
    choose(await stream([v])());
    await started;
    expect(v.readyState).toBe('ended');
    expect(share.video.value).toBeNull();
  });
});
