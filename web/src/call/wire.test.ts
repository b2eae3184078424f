import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, FakeSocket, settled } from '../../test/fakes';
import { Wire } from './wire';

let clock: FakeClock;
let socket: FakeSocket;
let heard: string[];
let wire: Wire;

beforeEach(() => {
  clock = new FakeClock();
  socket = new FakeSocket();
  heard = [];
  wire = new Wire(socket, clock, {
    opened: () => heard.push('opened'),
    message: (e) => heard.push(e.type),
    closed: () => heard.push('closed'),
  });
});

describe('requests', () => {
  it('resolve with their own reply, whatever the order', async () => {
    socket.open();
    const a = wire.request('say', { text: 'a' });
    const b = wire.request('offer', { sdp: 'x', sections: [] });
    socket.say('answer', { sdp: 'y', slots: [] }, { re: 2 });
    socket.say('ok', {}, { re: 1 });
    expect(await b).toEqual({ sdp: 'y', slots: [] });
    expect(await a).toEqual({});
  });

  it('reject with the code and the wait of an error', async () => {
    socket.open();
    const r = wire.request('say', { text: 'a' });
    socket.reply('say', 'error', { code: 'rate_limited', message: 'slow down', retry_after: 2 });
    await expect(r).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 2 });
  });

  it('fail before the socket is open', async () => {
    await expect(wire.request('say', { text: 'a' })).rejects.toMatchObject({ code: 'socket_failed' });
    expect(socket.sent).toEqual([]);
  });

  it('fail when the socket closes', async () => {
    socket.open();
    const r = wire.request('say', { text: 'a' });
    socket.break();
    await expect(r).rejects.toMatchObject({ code: 'socket_failed' });
    expect(clock.pending).toBe(0);
  });

  it('fail without a reply, and the late reply harms nothing', async () => {
    socket.open();
    const r = wire.request('say', { text: 'a' });
    const failed = expect(r).rejects.toMatchObject({ code: 'socket_failed' });
    const keepAlive = setIntervalOn(clock, 3000, () => socket.say('speakers', { participants: [] }));
    await clock.advance(12_001);
    keepAlive();
    await failed;
    socket.reply('say', 'ok', {});
    expect(heard).not.toContain('closed');
  });

  it('are bounded', async () => {
    socket.open();
    for (let i = 0; i < 128; i++) wire.request('say', { text: 'a' }).catch(() => undefined);
    await expect(wire.request('say', { text: 'a' })).rejects.toMatchObject({ code: 'rate_limited' });
    wire.close();
    await settled();
  });
});

describe('silence', () => {
  it('leads to a ping after 5 s, and to a close 4 s later', async () => {
    socket.open();
    await clock.advance(4999);
    expect(socket.sent).toEqual([]);
    await clock.advance(1);
    expect(socket.last('ping').id).toBeGreaterThan(0);
    await clock.advance(3999);
    expect(heard).toEqual(['opened']);
    await clock.advance(1);
    expect(heard).toEqual(['opened', 'closed']);
    expect(socket.closed).toBe(true);
  });

  it('ends with anything that is heard', async () => {
    socket.open();
    await clock.advance(5000);
    socket.reply('ping', 'pong', {});
    await clock.advance(4999);
    expect(heard).not.toContain('closed');
    expect(socket.sent.filter((s) => s.type === 'ping')).toHaveLength(1);
  });

  it('of a socket that never opens closes it after 8 s', async () => {
    await clock.advance(8000);
    expect(heard).toEqual(['closed']);
  });
});

describe('close', () => {
  it('is told once and ends everything', async () => {
    socket.open();
    wire.close();
    wire.close();
    socket.break();
    socket.say('ok', {});
    wire.tell('leave', {});
    await clock.advance(60_000);
    expect(heard).toEqual(['opened', 'closed']);
    expect(socket.sent).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('ignores frames that it does not understand', () => {
    socket.open();
    socket.onmessage?.({ data: 'nonsense' });
    socket.onmessage?.({ data: new ArrayBuffer(2) });
    socket.onmessage?.({ data: '{"type":"hologram","data":{}}' });
    expect(heard).toEqual(['opened']);
  });

  it('sends the last word without asking for a reply', () => {
    socket.open();
    wire.tell('leave', {});
    expect(socket.sent).toEqual([{ type: 'leave', data: {} }]);
  });
});

function setIntervalOn(c: FakeClock, ms: number, fn: () => void): () => void {
  let stop = (): void => undefined;
  const next = (): void => {
    stop = c.after(ms, () => {
      fn();
      next();
    });
  };
  next();
  return () => stop();
}
