import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, FakeSocket, settled } from '../../test/fakes';
import type { ByeReason, Joined } from '../protocol/messages.gen';
import { Session } from './session';

let clock: FakeClock;
let sockets: FakeSocket[];
let log: string[];
let session: Session;

const now = (): FakeSocket => sockets[sockets.length - 1]!;

function joined(more: Partial<Joined> = {}): Joined {
  return {
    self: 'p1', token: 't1', resumed: false, replayed: false, seq: 10, room: { name: 'r', title: 'R', locked: false, talk_mode: 'open', screen_hint: 'detail' }, start: { muted: false, camera_off: false },
    participants: [], chat: [], ice_servers: [], server: { version: '0' }, ...more,
  };
}

async function enter(): Promise<void> {
  session.join('r', 'Ada');
  now().open();
  now().reply('join', 'joined', joined());
  await settled();
}

beforeEach(() => {
  clock = new FakeClock();
  sockets = [];
  log = [];
  session = new Session(
    {
      connect: () => (sockets.push(new FakeSocket()), now()),
      clock,
      random: () => 0,
    },
    {
      entered: (j, fresh) => log.push(`entered ${j.self}${fresh ? ' fresh' : ''}`),
      message: (e) => log.push(e.type + (e.seq ? ` ${e.seq}` : '')),
      waiting: () => log.push('waits'),
      lost: () => log.push('lost'),
      ended: (reason, f) => log.push(`ended ${reason}${f ? ` ${f.code}` : ''}`),
    },
  );
});

describe('join', () => {
  it('enters as a new participant', async () => {
    await enter();
    expect(now().sent[0]).toEqual({ type: 'join', id: 1, data: { room: 'r', name: 'Ada' } });
    expect(log).toEqual(['joined', 'entered p1 fresh']);
    expect(session.live).toBe(true);
  });

  it.each(['room_full', 'bad_name', 'shutting_down', 'rate_limited'] as const)('ends when refused with %s', async (code) => {
    session.join('r', 'Ada');
    now().open();
    now().reply('join', 'error', { code, message: '' });
    await clock.advance(60_000);
    expect(log).toEqual([`ended ${code} ${code}`]);
    expect(sockets).toHaveLength(1);
  });

  it('gives up after three sockets that do not open', async () => {
    session.join('r', 'Ada');
    for (let i = 0; i < 3; i++) {
      now().break();
      await clock.advance(5000);
    }
    expect(sockets).toHaveLength(3);
    expect(log).toEqual(['ended socket_failed socket_failed']);
    expect(clock.pending).toBe(0);
  });

  it('refuses requests outside of the room', async () => {
    session.join('r', 'Ada');
    now().open();
    await expect(session.request('say', { text: 'x' })).rejects.toMatchObject({ code: 'socket_failed' });
  });
});

describe('resume', () => {
  it('names the participant and the newest event', async () => {
    await enter();
    now().say('speakers', { participants: [] });
    now().say('participant_left', { id: 'x', reason: 'left' }, { seq: 11 });
    now().break();
    await clock.advance(300);
    now().open();
    expect(now().sent[0]!.data['resume']).toEqual({ participant: 'p1', token: 't1', last_seq: 11 });
    now().reply('join', 'joined', joined({ resumed: true, replayed: true, seq: 11, token: 't2' }));
    now().say('participant_left', { id: 'y', reason: 'left' }, { seq: 12 });
    await settled();
    expect(log.slice(2)).toEqual(['speakers', 'participant_left 11', 'lost', 'joined', 'entered p1', 'participant_left 12']);

    now().break();
    await clock.advance(5000);
    now().open();
    expect(now().sent[0]!.data['resume']).toEqual({ participant: 'p1', token: 't2', last_seq: 12 });
  });

  it('that is unknown becomes a fresh join with the same name', async () => {
    await enter();
    now().break();
    await clock.advance(300);
    now().open();
    now().reply('join', 'error', { code: 'resume_unknown', message: '' });
    await settled();
    expect(now().last('join').data).toEqual({ room: 'r', name: 'Ada' });
    now().reply('join', 'joined', joined({ self: 'p2' }));
    await settled();
    expect(log.slice(-2)).toEqual(['joined', 'entered p2 fresh']);
  });

  it('comes back by the name that it was given meanwhile', async () => {
    await enter();
    now().say('participant_changed', { id: 'p1', name: 'Ada L.', role: 'participant', state: 'here' }, { seq: 11 });
    now().say('participant_changed', { id: 'x', name: 'Eve', role: 'participant', state: 'here' }, { seq: 12 });
    now().break();
    await clock.advance(300);
    now().open();
    expect(now().sent[0]!.data['name']).toBe('Ada L.');
  });

  it('backs off, tells the loss once, and never gives up', async () => {
    await enter();
    await clock.advance(1);
    now().break();
    const times: number[] = [];
    for (let i = 0; i < 7; i++) {
      const from = clock.now();
      const n = sockets.length;
      while (sockets.length === n) await clock.advance(50);
      times.push(clock.now() - from);
      now().break();
    }
    expect(times).toEqual([300, 600, 1200, 2400, 4800, 5000, 5000]);
    expect(log.filter((l) => l === 'lost')).toHaveLength(1);
    expect(log.some((l) => l.startsWith('ended'))).toBe(false);
  });

  it.each(['shutting_down', 'rate_limited', 'internal'] as const)('tries again after %s', async (code) => {
    await enter();
    now().break();
    await clock.advance(300);
    now().open();
    now().reply('join', 'error', { code, message: '', retry_after: 7 });
    await clock.advance(6900);
    expect(sockets).toHaveLength(2);
    await clock.advance(1200);
    expect(sockets).toHaveLength(3);
  });

  it('ends when the room is full meanwhile', async () => {
    await enter();
    now().break();
    await clock.advance(300);
    now().open();
    now().reply('join', 'error', { code: 'resume_unknown', message: '' });
    await settled();
    now().reply('join', 'error', { code: 'room_full', message: '' });
    await settled();
    expect(log.at(-1)).toBe('ended room_full room_full');
  });

  it('comes at once on demand, and only while waiting', async () => {
    await enter();
    session.retryNow();
    expect(sockets).toHaveLength(1);
    now().break();
    session.retryNow();
    expect(sockets).toHaveLength(2);
    session.retryNow();
    await clock.advance(4000);
    expect(sockets).toHaveLength(2);
  });

  it('ignores what an old socket still says', async () => {
    await enter();
    const old = now();
    const handler = old.onmessage;
    old.break();
    await clock.advance(300);
    handler?.({ data: '{"type":"bye","data":{"reason":"replaced"}}' });
    expect(log.some((l) => l.startsWith('ended'))).toBe(false);
  });

  it('gives up the participant to renew the media', async () => {
    await enter();
    const old = now();
    session.renew();
    expect(old.last('leave')).toEqual({ type: 'leave', data: {} });
    await clock.advance(300);
    now().open();
    expect(now().last('join').data).toEqual({ room: 'r', name: 'Ada' });
  });
});

describe('bye', () => {
  it.each<[ByeReason, boolean]>([
    ['too_slow', true], ['shutdown', true], ['protocol', true], ['timeout', true],
    ['left', false], ['replaced', false], ['rate', false], ['media', false], ['room_closed', false],
  ])('%s: comes back %s', async (reason, back) => {
    await enter();
    now().say('bye', { reason });
    await clock.advance(1000);
    expect(sockets.length > 1).toBe(back);
    expect(log.includes('lost')).toBe(back);
    if (!back) expect(log.at(-1)).toBe(reason === 'left' ? 'ended left' : `ended ${reason} ${reason}`);
  });

  it('shutdown waits as long as it says', async () => {
    await enter();
    now().say('bye', { reason: 'shutdown', retry_after: 3 });
    await clock.advance(2999);
    expect(sockets).toHaveLength(1);
    await clock.advance(1);
    expect(sockets).toHaveLength(2);
  });
});

describe('leave', () => {
  it('waits for the server', async () => {
    await enter();
    const left = session.leave();
    now().reply('leave', 'bye', { reason: 'left' });
    await left;
    expect(log.filter((l) => l.startsWith('ended'))).toEqual(['ended left']);
    expect(now().closed).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('waits a second at most', async () => {
    await enter();
    const left = session.leave();
    await clock.advance(1000);
    await left;
    expect(log.at(-1)).toBe('ended left');
  });

  it('does not wait when the page goes', async () => {
    await enter();
    session.leaveNow();
    expect(now().last('leave').id).toBeUndefined();
    expect(log.at(-1)).toBe('ended left');
  });

  it('ends the wait for the next attempt', async () => {
    await enter();
    now().break();
    await session.leave();
    await clock.advance(60_000);
    expect(sockets).toHaveLength(1);
    expect(log.at(-1)).toBe('ended left');
  });
});

describe('lobby', () => {
  const waiting = { self: 'p1', token: 't1', why: 'lobby' as const, chat: true, until: 9, lines: [] };
  const knock = async (): Promise<void> => {
    session.join('r', 'Ada', { invite: 'S3', device: 'd' });
    now().open();
    now().reply('join', 'waiting', waiting);
    await settled();
  };

  it('waits, may speak there, and enters as new when admitted', async () => {
    await knock();
    expect(now().sent[0]?.data).toEqual({ room: 'r', name: 'Ada', invite: 'S3', device: 'd' });
    void session.request('lobby_say', { text: 'x' }).catch(() => undefined);
    expect(now().sent[1]).toMatchObject({ type: 'lobby_say' });
    now().say('joined', joined());
    expect(log).toEqual(['waiting', 'waits', 'joined', 'entered p1 fresh']);
  });

  it('is where one is sent back to; media begins anew afterwards', async () => {
    await enter();
    now().say('waiting', { ...waiting, why: 'sent_back' });
    expect(session.live).toBe(false);
    now().say('joined', joined());
    expect(log).toEqual(['joined', 'entered p1 fresh', 'waiting', 'waits', 'joined', 'entered p1 fresh']);
  });

  it('survives a lost socket', async () => {
    await knock();
    now().break();
    await clock.advance(5000);
    now().open();
    expect(now().sent[0]?.data['resume']).toEqual({ participant: 'p1', token: 't1', last_seq: 0 });
  });

  it('ends when refused', async () => {
    await knock();
    now().say('bye', { reason: 'refused' });
    expect(log).toEqual(['waiting', 'waits', 'ended refused refused']);
  });
});
