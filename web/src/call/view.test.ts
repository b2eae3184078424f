import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, settled } from '../../test/fakes';
import { MAX_TILE_PIXELS, MAX_TILES, type View } from '../protocol/messages.gen';
import type { TileSize } from './types';
import { ViewSender, viewOf } from './view';

const tile = (key: string, width = 320, height = 180): TileSize => ({ key, width, height });

describe('viewOf', () => {
  it.each<[string, TileSize[], number, View['tiles']]>([
    ['counts in physical pixels', [tile('a/camera', 320, 160)], 2, [{ participant: 'a', source: 'camera', width: 640, height: 320 }]],
    ['rounds to steps of 32', [tile('a/screen', 335, 337)], 1, [{ participant: 'a', source: 'screen', width: 320, height: 352 }]],
    ['stays within the bounds', [tile('a/camera', 0.1, 100_000)], 1, [{ participant: 'a', source: 'camera', width: 32, height: MAX_TILE_PIXELS }]],
    ['does not ask for itself', [tile('me/camera'), tile('me/screen')], 1, []],
    ['skips what is not shown', [tile('a/camera', 0, 10), tile('a/screen', NaN, 10), tile('b/camera', 10, -1)], 1, []],
    ['skips what is no video', [tile('a/microphone'), tile('nonsense')], 1, []],
    ['says what was chosen', [{ ...tile('a/camera'), pinned: true }, tile('a/camera', 64, 64), tile('b/camera')], 1, [
      { participant: 'a', source: 'camera', width: 320, height: 192, pinned: true },
      { participant: 'b', source: 'camera', width: 320, height: 192 },
    ]],
    ['keeps the larger of doubles, in the first place', [tile('a/camera', 64, 64), tile('b/camera', 64, 64), tile('a/camera', 128, 32)], 1, [
      { participant: 'a', source: 'camera', width: 128, height: 64 },
      { participant: 'b', source: 'camera', width: 64, height: 64 },
    ]],
  ])('%s', (_, tiles, ratio, want) => expect(viewOf(tiles, 'me', ratio)).toEqual({ tiles: want }));

  it('keeps the most important within the limit', () => {
    const v = viewOf(Array.from({ length: 100 }, (_, i) => tile(`p${i}/camera`)), null, 1);
    expect(v.tiles).toHaveLength(MAX_TILES);
    expect(v.tiles[0]!.participant).toBe('p0');
  });
});

describe('ViewSender', () => {
  let clock: FakeClock;
  let sent: string[][];
  let fail: boolean;
  let sender: ViewSender;

  beforeEach(() => {
    clock = new FakeClock();
    sent = [];
    fail = false;
    sender = new ViewSender({
      clock,
      self: () => 'me',
      pixelRatio: () => 1,
      send: (v) => {
        sent.push(v.tiles.map((t) => `${t.participant} ${t.width}`));
        return fail ? Promise.reject(new Error('lost')) : Promise.resolve();
      },
    });
  });

  it('says everything at the start', () => {
    sender.set([tile('a/camera')]);
    sender.start();
    expect(sent).toEqual([['a 320']]);
  });

  it('gathers changes for 100 ms and sends the last', async () => {
    sender.start();
    sent.length = 0;
    for (const w of [100, 200, 400]) {
      sender.set([tile('a/camera', w)]);
      await clock.advance(40);
    }
    expect(sent).toEqual([['a 416']]);
  });

  it('does not send tiny resizes', async () => {
    sender.start();
    sender.set([tile('a/camera', 320)]);
    await clock.advance(100);
    sent.length = 0;
    for (let w = 310; w < 334; w++) {
      sender.set([tile('a/camera', w, 181)]);
      await clock.advance(200);
    }
    expect(sent).toEqual([]);
  });

  it('says it again after a resume, and nothing in between', async () => {
    sender.start();
    sender.set([tile('a/camera')]);
    await clock.advance(100);
    sender.stop();
    sender.set([tile('b/camera')]);
    await clock.advance(1000);
    expect(sent).toEqual([[], ['a 320']]);
    sender.start();
    expect(sent.at(-1)).toEqual(['b 320']);
    sender.start();
    expect(sent).toHaveLength(4);
  });

  it('says it again when it did not arrive', async () => {
    sender.start();
    fail = true;
    sender.set([tile('a/camera')]);
    await clock.advance(100);
    fail = false;
    sender.set([tile('a/camera')]);
    await clock.advance(100);
    await settled();
    expect(sent).toEqual([[], ['a 320'], ['a 320']]);
  });

  it('says it again by itself when the server could not take it, but not for ever', async () => {
    sender.start();
    fail = true;
    sender.set([tile('a/camera')]);
    await clock.advance(1100);
    expect(sent).toEqual([[], ['a 320'], ['a 320']]);
    fail = false;
    await clock.advance(1000);
    expect(sent).toEqual([[], ['a 320'], ['a 320'], ['a 320']]);
    await clock.advance(5000);
    expect(sent).toHaveLength(4);
    fail = true;
    sender.set([tile('b/camera')]);
    await clock.advance(20_000);
    expect(sent).toHaveLength(4 + 5);
    expect(clock.pending).toBe(0);
  });

  it('leaves no timer', () => {
    sender.start();
    sender.set([tile('a/camera')]);
    sender.stop();
    expect(clock.pending).toBe(0);
  });
});
