import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeTrack, settled } from '../../test/fakes';
import { Input } from './input';

type Constraints = { audio?: MediaTrackConstraints | true; video?: MediaTrackConstraints | true };

/** A browser's devices: each answer serves one getUserMedia. */
class FakeBrowser {
  asked: (MediaTrackConstraints | true)[] = [];
  answers: (() => Promise<MediaStreamTrack>)[] = [];
  permission: { state: PermissionState; onchange: (() => void) | null } | null = null;
  storage = new Map<string, string>();

  install(): void {
    vi.stubGlobal('navigator', {
      mediaDevices: { getUserMedia: (c: Constraints) => this.open(c.audio ?? c.video!) },
      permissions: { query: async () => this.permission ?? Promise.reject(new TypeError('unknown name')) },
    });
    vi.stubGlobal('localStorage', {
      getItem: (k: string) => this.storage.get(k) ?? null,
      setItem: (k: string, v: string) => void this.storage.set(k, v),
    });
  }

  private async open(c: MediaTrackConstraints | true): Promise<unknown> {
    this.asked.push(c);
    const track = await (this.answers.shift()?.() ?? Promise.resolve(fakeTrack('video', 'default')));
    return { getTracks: () => [track] };
  }

  deviceOf(n: number): unknown {
    const c = this.asked.at(n);
    return typeof c === 'object' ? (c.deviceId as { exact: string } | undefined)?.exact : c;
  }
}

const fail = (name: string) => () => Promise.reject(Object.assign(new Error(name), { name }));
const give = (t: MediaStreamTrack) => () => Promise.resolve(t);
let browser: FakeBrowser;

beforeEach(() => {
  browser = new FakeBrowser();
  browser.install();
});
afterEach(() => vi.unstubAllGlobals());

describe('open', () => {
  it('opens once, however often it is asked', async () => {
    const input = new Input('camera');
    await Promise.all([input.open(), input.open()]);
    await input.open();
    expect(browser.asked).toHaveLength(1);
    expect(input.track.value?.readyState).toBe('live');
    expect(input.chosen.value).toBe('default');
    expect(browser.storage.size).toBe(0); // shown, not chosen
  });

  it('shows a track to prepare before anybody else', async () => {
    const seen: unknown[] = [];
    const input: Input = new Input('microphone', (t) => {
      seen.push(input.track.value);
      t.enabled = false;
    });
    await input.open();
    expect(seen).toEqual([null]);
    expect(input.track.value?.enabled).toBe(false);
  });

  it('asks for the remembered device, and silently for any when it is gone', async () => {
    browser.storage.set('salon.camera', 'usb');
    browser.answers.push(fail('OverconstrainedError'), give(fakeTrack('video', 'inner')));
    const input = new Input('camera');
    await input.open();
    expect([browser.deviceOf(0), browser.deviceOf(1)]).toEqual(['usb', undefined]);
    expect(input.problem.value).toBeNull();
    expect(input.chosen.value).toBe('inner');
    expect(browser.storage.get('salon.camera')).toBe('usb'); // back when it is plugged in again
  });

  it.each([
    ['NotFoundError', 'missing'],
    ['NotReadableError', 'busy'],
    ['NotAllowedError', 'denied'],
  ])('%s lands in problem', async (name, problem) => {
    browser.answers.push(fail(name), fail(name));
    const input = new Input('microphone');
    await input.open();
    expect(input.problem.value).toBe(problem);
    expect(input.track.value).toBeNull();
  });

  it('that comes too late is closed again', async () => {
    let arrive: (t: MediaStreamTrack) => void = () => undefined;
    browser.answers.push(() => new Promise((r) => (arrive = r)));
    const input = new Input('camera');
    const opening = input.open();
    input.close();
    const late = fakeTrack();
    arrive(late);
    await opening;
    expect(late.readyState).toBe('ended');
    expect(input.track.value).toBeNull();
  });

  it('after a close during the question opens anew', async () => {
    let arrive: (t: MediaStreamTrack) => void = () => undefined;
    const late = fakeTrack();
    const good = fakeTrack();
    browser.answers.push(() => new Promise((r) => (arrive = r)), give(good));
    const input = new Input('camera');
    void input.open();
    input.close();
    const again = input.open();
    arrive(late);
    await again;
    await settled();
    expect(late.readyState).toBe('ended');
    expect(input.track.value).toBe(good);
  });

  it('is tried again when the permission is given', async () => {
    browser.permission = { state: 'denied', onchange: null };
    browser.answers.push(fail('NotAllowedError'));
    const input = new Input('camera');
    await input.open();
    expect(input.problem.value).toBe('denied');
    browser.permission.state = 'granted';
    browser.permission.onchange?.();
    await settled();
    expect(input.track.value).not.toBeNull();
    expect(input.problem.value).toBeNull();
  });

  it('is not tried again for who gave up', async () => {
    browser.permission = { state: 'prompt', onchange: null };
    browser.answers.push(fail('NotAllowedError'));
    const input = new Input('camera');
    await input.open();
    expect(input.problem.value).toBe('dismissed');
    input.close();
    browser.permission.state = 'granted';
    browser.permission.onchange?.();
    await settled();
    expect(browser.asked).toHaveLength(1);
  });
});

describe('close', () => {
  it('stops the device at once', async () => {
    const input = new Input('camera');
    await input.open();
    const track = input.track.value!;
    input.close();
    expect(track.readyState).toBe('ended');
    expect(input.track.value).toBeNull();
  });
});

describe('choose', () => {
  it('changes a live device and remembers it; the room never sees a gap', async () => {
    const input = new Input('camera');
    await input.open();
    const old = input.track.value!;
    const seen: unknown[] = [];
    const stop = input.track.subscribe((t) => seen.push(t));
    const fresh = fakeTrack('video', 'usb');
    browser.answers.push(give(fresh));
    await input.choose('usb');
    stop();
    expect(old.readyState).toBe('ended');
    expect(seen).toEqual([old, fresh]);
    expect(browser.storage.get('salon.camera')).toBe('usb');
    expect(browser.deviceOf(-1)).toBe('usb');
  });

  it('opens nothing that is closed', async () => {
    const input = new Input('microphone');
    await input.choose('usb');
    expect(browser.asked).toEqual([]);
    await input.open();
    expect(browser.deviceOf(0)).toBe('usb');
  });
});

describe('hot unplug', () => {
  it('falls back to another device', async () => {
    const input = new Input('camera');
    browser.answers.push(give(fakeTrack('video', 'usb')));
    await input.open();
    browser.answers.push(fail('OverconstrainedError'), give(fakeTrack('video', 'inner')));
    (input.track.value!.onended as () => void)();
    await settled();
    expect(input.chosen.value).toBe('inner');
    expect(input.track.value?.readyState).toBe('live');
  });

  it('says so when there is no other, and heals when one comes', async () => {
    const input = new Input('microphone');
    await input.open();
    browser.answers.push(fail('NotFoundError'), fail('NotFoundError'));
    (input.track.value!.onended as () => void)();
    await settled();
    expect(input.problem.value).toBe('missing');
    expect(input.track.value).toBeNull();
    input.devicesChanged();
    await settled();
    expect(input.track.value).not.toBeNull();
  });
});

describe('revive', () => {
  it('opens again what the system took', async () => {
    const input = new Input('microphone');
    await input.open();
    input.revive();
    await settled();
    expect(browser.asked).toHaveLength(1);
    (input.track.value as unknown as { muted: boolean }).muted = true;
    input.revive();
    await settled();
    expect(browser.asked).toHaveLength(2);
  });
});
