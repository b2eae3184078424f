import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeTrack, settled } from '../../test/fakes';
import type { Devices } from '../call/types';
import { createDevices } from './devices';

type Asked = { audio?: unknown; video?: unknown };
const ERROR = (name: string): Error => Object.assign(new Error(name), { name });

let asked: string[];
let wishes: unknown[]; // what was asked of the microphone
let refuse: (a: Asked) => Error | null;
let hold: Promise<void> | null;
let listed: { kind: string; deviceId: string }[];
let opened: MediaStreamTrack[];
let devicechange: () => void;

function install(mediaDevices: object | undefined): void {
  vi.stubGlobal('navigator', { mediaDevices, permissions: undefined });
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => { throw new Error('full'); } });
  vi.stubGlobal('document', { addEventListener: () => undefined, visibilityState: 'visible' });
  vi.stubGlobal('MediaStream', class { constructor(readonly tracks: MediaStreamTrack[]) {} });
  vi.stubGlobal('AudioContext', undefined);
}

beforeEach(() => {
  asked = [];
  wishes = [];
  opened = [];
  refuse = () => null;
  hold = null;
  listed = [];
  install({
    addEventListener: (_: string, fn: () => void) => (devicechange = fn),
    enumerateDevices: async () => listed,
    getUserMedia: async (a: Asked) => {
      asked.push([a.audio ? 'mic' : '', a.video ? 'camera' : ''].filter(Boolean).join('+'));
      if (a.audio) wishes.push(a.audio);
      await hold;
      const no = refuse(a);
      if (no) throw no;
      const audio = a.audio ? [fakeTrack('audio')] : [];
      const video = a.video ? [fakeTrack('video')] : [];
      opened.push(...audio, ...video);
      return { getTracks: () => [...audio, ...video], getAudioTracks: () => audio, getVideoTracks: () => video };
    },
  });
});
afterEach(() => vi.unstubAllGlobals());

const BOTH = { mic: true, camera: true };
const open = (d: Devices): string => [d.micTrack.value && 'mic', d.cameraTrack.value && 'camera'].filter(Boolean).join('+');
const live = (): number => opened.filter((t) => t.readyState === 'live').length;

describe('request', () => {
  it('asks one question for both', async () => {
    const d = createDevices();
    await d.request(BOTH);
    expect(asked).toEqual(['mic+camera']);
    expect(open(d)).toBe('mic+camera');
    expect(d.preview.value).not.toBeNull();
  });

  it('asks nothing of its own accord, and once for two clicks', async () => {
    const d = createDevices();
    await settled();
    expect(asked).toEqual([]);
    await Promise.all([d.request(BOTH), d.request(BOTH)]);
    expect(asked).toEqual(['mic+camera']);
  });

  it('a missing camera does not cost the microphone', async () => {
    refuse = (a) => (a.video ? ERROR('NotFoundError') : null);
    const d = createDevices();
    await d.request(BOTH);
    expect(open(d)).toBe('mic');
    expect([d.micProblem.value, d.cameraProblem.value]).toEqual([null, 'missing']);
  });

  it('who says no is not asked again', async () => {
    refuse = () => ERROR('NotAllowedError');
    const d = createDevices();
    await d.request(BOTH);
    expect(asked).toEqual(['mic+camera']);
    expect([d.micProblem.value, d.cameraProblem.value]).toEqual(['denied', 'denied']);
  });

  it('says that the page is not secure', async () => {
    install(undefined);
    const d = createDevices();
    await d.request(BOTH);
    expect([d.micProblem.value, d.cameraProblem.value]).toEqual(['insecure', 'insecure']);
  });

  it('lists only devices with an id, and heals when one is plugged in', async () => {
    refuse = () => ERROR('NotFoundError');
    const d = createDevices();
    await d.request({ mic: true, camera: false });
    expect(d.micProblem.value).toBe('missing');
    refuse = () => null;
    listed = [{ kind: 'audioinput', deviceId: 'usb' }, { kind: 'audiooutput', deviceId: 'box' }, { kind: 'videoinput', deviceId: '' }];
    devicechange();
    await settled();
    expect(open(d)).toBe('mic');
    expect([d.microphones.value, d.cameras.value, d.speakersOut.value].map((l) => l.length)).toEqual([1, 0, 1]);
  });
});

describe('mute', () => {
  it('silences the track at once and keeps the device', async () => {
    const d = createDevices();
    await d.request(BOTH);
    const track = d.micTrack.value!;
    d.setWantMic(false);
    expect(track.enabled).toBe(false);
    expect(track.readyState).toBe('live');
    d.setWantMic(true);
    expect(track.enabled).toBe(true);
    expect(d.micTrack.value).toBe(track);
  });

  it('before the device opens holds from the first sample on, and through a change of device', async () => {
    const d = createDevices();
    d.setWantMic(false);
    await d.request(BOTH);
    expect(d.micTrack.value?.enabled).toBe(false);
    await d.chooseMicrophone('usb');
    expect(opened).toHaveLength(3);
    expect(d.micTrack.value?.enabled).toBe(false);
  });
});

describe('music', () => {
  it('opens the microphone anew without what is made for voices, muted if it was, and is remembered', async () => {
    const kept = new Map<string, string>();
    vi.stubGlobal('localStorage', { getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => kept.set(k, v) });
    const d = createDevices();
    await d.setMusic(true);
    expect(asked).toEqual([]); // nothing is open yet
    d.setWantMic(false);
    await d.request({ mic: true, camera: false });
    expect(wishes.at(-1)).toMatchObject({ echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: { ideal: 2 } });
    await d.setMusic(false);
    expect(wishes.at(-1)).toEqual({ echoCancellation: true, noiseSuppression: true, autoGainControl: true });
    expect([d.micTrack.value?.enabled, live()]).toEqual([false, 1]);
    await d.setMusic(true);
    expect(createDevices().music.value).toBe(true);
    expect(d.micTrack.value?.readyState).toBe('live');
  });
});

describe('camera', () => {
  it('off lets the light go out at once; on asks for it again', async () => {
    const d = createDevices();
    await d.request(BOTH);
    const track = d.cameraTrack.value!;
    d.setWantCamera(false);
    expect(track.readyState).toBe('ended');
    expect(d.preview.value).toBeNull();
    d.setWantCamera(true);
    await settled();
    expect(asked).toEqual(['mic+camera', 'camera']);
    expect(d.cameraTrack.value?.readyState).toBe('live');
  });

  it('turned off while the browser asks stays off', async () => {
    let go = (): void => undefined;
    hold = new Promise((r) => (go = r));
    const d = createDevices();
    const done = d.request(BOTH);
    await settled();
    d.setWantCamera(false);
    go();
    await done;
    expect(open(d)).toBe('mic');
    expect(live()).toBe(1);
  });
});

describe('release', () => {
  it('closes everything, also what the browser still asks for', async () => {
    const d = createDevices();
    await d.request(BOTH);
    d.release();
    expect(live()).toBe(0);
    let go = (): void => undefined;
    hold = new Promise((r) => (go = r));
    const late = d.request(BOTH);
    await settled();
    d.release();
    go();
    await late;
    expect(live()).toBe(0);
    expect(open(d)).toBe('');
  });

  it('is not the end: request opens again', async () => {
    const d = createDevices();
    await d.request(BOTH);
    d.release();
    await d.request(BOTH);
    expect(live()).toBe(2);
  });
});

it('choices last as long as the page where storage is forbidden', async () => {
  const d = createDevices();
  await d.chooseSpeaker('box');
  expect(d.speaker.value).toBe('box');
  await d.chooseSpeaker('');
  expect(d.speaker.value).toBeNull();
});
