// What the quality table computes from samples and floors.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { longestGap, received, sent } from '../measure/sampler.mjs';
import { binding, judge, tableOf } from '../measure/table.mjs';

/** Samples four times a second: `audio` and `video` give the counts of a sample number. */
const samples = (n, { audio = () => ({}), video = () => ({}) }) => Array.from({ length: n }, (_, i) => ({ at: 250 * i, audio: audio(i), video: video(i), rids: {}, source: 7.5 * i }));
const voice = (i) => ({ packets: 12 * i, total: 12_000 * i, concealed: 0 });

test('sound made up is a share of what was heard; slots without packets do not count', () => {
  const got = received(samples(9, { audio: (i) => ({ 4: { ...voice(i), concealed: 600 * i }, 5: { packets: 100, total: 12_000 * i, concealed: 12_000 * i } }) }));
  assert.equal(got.concealed, 5);
  assert.equal(got.seconds, 2);
});

test('the longest gap is the longest stretch in which most sound was made up', () => {
  const concealed = [0, 0, 12_000, 24_000, 24_000, 36_000, 36_000];
  assert.equal(longestGap(samples(7, { audio: (i) => ({ 4: { ...voice(i), concealed: concealed[i] } }) })), 0.5);
});

test('frozen time is what the browser counts, or a standstill that it has not counted yet', () => {
  const video = (frames, frozen) => (i) => ({ 10: { name: 'Ana', frames: frames(i), frozen: frozen(i), freezes: 0, width: 640, bytes: 0 } });
  assert.equal(received(samples(41, { video: video((i) => 7 * i, (i) => 0.05 * i) }), 'Ana').frozen, 20);
  assert.equal(received(samples(41, { video: video((i) => Math.min(7 * i, 140), () => 0) }), 'Ana').frozen, 50);
  assert.equal(received(samples(41, { video: video((i) => 7 * i, () => 0) }), 'Bob').frames, 0);
});

test('a camera gives what its source counts', () => assert.equal(sent(samples(9, {})).fps, 30));

test('a floor gives way only where a direct call is worse', () => {
  assert.equal(binding('concealed', { limit: 3, better: 'less' }, 1), 3);
  assert.equal(binding('concealed', { limit: 3, better: 'less' }, 10), 13);
  assert.equal(binding('share', { limit: 0.9, better: 'more' }, 1), 0.9);
  assert.ok(Math.abs(binding('share', { limit: 0.9, better: 'more' }, 0.8) - 0.74) < 1e-9);
  assert.equal(binding('fps', { limit: 7, better: 'more' }, 5.2), 4);
  assert.equal(binding('fps', { limit: 7, better: 'more' }, undefined), 7);
});

test('a row holds, misses, or says why there is nothing', () => {
  const row = { id: 'x', title: 'x', floors: { gap: { limit: 1, better: 'less' }, change: { limit: 2, better: 'near' } } };
  assert.equal(judge(row, { x: { measured: { gap: 0.5, change: -1.9 } } }).result, 'held');
  assert.equal(judge(row, { x: { measured: { gap: 1.5, change: -2.1 } } }).missed, 2);
  assert.equal(judge(row, { x: { measured: { gap: null, change: 0 } } }).missed, 1, 'what never came is a miss');
  assert.equal(judge(row, { x: { error: 'no browser' } }).reason, 'no browser');
  assert.match(tableOf([row], {}), /not measured/);
});
