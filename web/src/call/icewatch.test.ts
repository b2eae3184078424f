import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/fakes';
import { IceWatch } from './icewatch';

let clock: FakeClock;
let log: string[];
let watch: IceWatch;

beforeEach(() => {
  clock = new FakeClock();
  log = [];
  watch = new IceWatch(clock, { restart: () => log.push(`restart ${clock.now()}`), trouble: (on) => log.push(`trouble ${on}`) });
});

describe('IceWatch', () => {
  it('restarts 3 s after a disconnect', async () => {
    watch.changed('connected');
    watch.changed('disconnected');
    await clock.advance(2999);
    expect(log).toEqual([]);
    await clock.advance(1);
    expect(log).toEqual(['restart 3000']);
    watch.changed('connected');
    await clock.advance(60_000);
    expect(log).toEqual(['restart 3000']);
  });

  it('lets a short dip heal', async () => {
    watch.changed('disconnected');
    await clock.advance(2000);
    watch.changed('completed');
    await clock.advance(60_000);
    expect(log).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('restarts at once after a failure, then every 5 s, and tells after 10 s', async () => {
    watch.changed('failed');
    await clock.advance(11_000);
    expect(log).toEqual(['restart 0', 'restart 5000', 'trouble true', 'restart 10000']);
    watch.changed('checking');
    watch.changed('connected');
    await clock.advance(60_000);
    expect(log.slice(4)).toEqual(['trouble false']);
  });

  it('tells and tries when the first connection does not come', async () => {
    watch.changed('checking');
    await clock.advance(16_000);
    expect(log).toEqual(['trouble true', 'restart 10000', 'restart 15000']);
  });

  it('restarts once for another network', async () => {
    watch.networkChanged();
    expect(log).toEqual([]); // nothing to restart yet
    watch.changed('connected');
    watch.networkChanged();
    await clock.advance(60_000);
    expect(log).toEqual(['restart 0']);
  });

  it('is silent once closed', async () => {
    watch.changed('failed');
    watch.changed('closed');
    watch.networkChanged();
    await clock.advance(60_000);
    expect(log).toEqual([]);
  });
});
