import { expect, it } from 'vitest';
import { Patience, wait } from './patience';
import { NO_LINK } from './stats';

const link = (downLoss: number, rttMs: number | null = 40) => ({ ...NO_LINK, downLoss, rttMs });

it('waits for repairs as long as packets get lost, and a while longer', () => {
  const p = new Patience();
  expect(p.after(link(0), 0)).toBeNull();
  expect(p.after(link(0.009), 2000)).toBeNull();
  expect(p.after(link(0.05), 4000)).toBe(150);
  expect(p.after(link(0.05, 30), 6000)).toBe(150);
  expect(p.after(link(0), 25_000)).toBe(150);
  expect(p.after(link(0), 26_000)).toBeNull();
});

it('waits longer where the way is longer, within bounds, and not where it is unknown', () => {
  const p = new Patience();
  expect(p.after(link(0.05, null), 0)).toBeNull();
  expect(p.after(link(0.05, 40), 0)).toBe(150);
  expect(p.after(link(0.05, 120), 2000)).toBe(250);
  expect(p.after(link(0.05, 40), 4000)).toBe(250);
  expect(p.after(link(0.05, 3000), 6000)).toBe(400);
});

it('tells the receivers that can be told, and only what is new', () => {
  let told = 0;
  const able = { set jitterBufferTarget(ms: number | null) { told++; this.ms = ms; }, get jitterBufferTarget() { return this.ms; }, ms: null as number | null };
  wait([able, {}] as unknown as RTCRtpReceiver[], 150);
  wait([able, {}] as unknown as RTCRtpReceiver[], 150);
  expect([able.ms, told]).toEqual([150, 1]);
  wait([able] as unknown as RTCRtpReceiver[], null);
  expect([able.ms, told]).toEqual([null, 2]);
});
