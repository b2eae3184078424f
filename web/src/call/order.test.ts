import { describe, expect, it } from 'vitest';
import type { Joined, Notice, Right, RightInfo, ServerEnvelope } from '../protocol/messages.gen';
import { begin, obey } from './obey';
import { accessOf, MAX_NOTICES, mayOffer, NO_ORDER, order, placeIn, putAway, type Order } from './order';
import { EMPTY, reduce, type RoomState } from './state';

const joined = (more: Partial<Joined> = {}): ServerEnvelope => ({
  type: 'joined',
  data: {
    self: 'a', token: 't', resumed: false, replayed: false, seq: 1, room: { name: 'r', title: 'R', locked: false, talk_mode: 'open', screen_hint: 'detail' }, start: { muted: false, camera_off: false },
    participants: [], chat: [], ice_servers: [], server: { version: '0' }, ...more,
  },
});
const notice = (data: Notice): ServerEnvelope => ({ type: 'notice', data });
const right = (name: Right, more: Partial<RightInfo> = {}): RightInfo => ({ right: name, allowed: false, askable: false, requested: false, reason: 'moderators_only', ...more });
const told: ServerEnvelope[] = [
  joined(),
  { type: 'rights', data: { role: 'moderator', rights: [right('speak', { allowed: true, reason: 'role' })] } },
  { type: 'hands', data: { hands: [{ participant: 'b', at: 1 }] } },
  { type: 'floor', data: { talker: 'b', until: 5, queue: ['c', 'a'] } },
  { type: 'lobby', data: { waiting: [{ id: 'w', name: 'W', verified: false, since: 1, lines: [] }] } },
  { type: 'requests', data: { requests: [{ participant: 'b', right: 'speak', at: 1 }] } },
  notice({ what: 'muted', by: 'Ada', source: 'microphone' }),
];
const FULL = told.reduce(reduce, EMPTY);

describe('what the server told', () => {
  it('is kept', () => expect(FULL.order).toMatchObject({ role: 'moderator', hands: [{ participant: 'b' }], floor: { talker: 'b' }, lobby: [{ id: 'w' }], requests: [{ right: 'speak' }], notices: [{ id: 1, what: 'muted' }] }));

  it('begins anew at a join: empty ones are not sent', () => expect(reduce(FULL, joined({ self: 'z' })).order).toEqual(NO_ORDER));

  it('after a resume only rights and notices stay, until they are told again', () => {
    const s: RoomState = reduce(FULL, joined({ resumed: true, replayed: true }));
    expect(s.order).toEqual({ ...NO_ORDER, role: 'moderator', rights: FULL.order.rights, notices: FULL.order.notices, noticed: 1 });
  });

  it('is all gone in the lobby', () => {
    const waiting = { self: 'a', token: 't', why: 'sent_back', chat: true, until: 9, lines: [] } as const;
    expect(reduce(FULL, { type: 'waiting', data: { ...waiting, lines: [] } })).toEqual({ ...EMPTY, waiting });
  });

  it('does not change for other messages', () => expect(order(FULL.order, { type: 'pong', data: {} })).toBe(FULL.order));
});

describe('notices', () => {
  it('replace their like, are few, and are put away', () => {
    let o: Order = FULL.order;
    o = order(o, notice({ what: 'muted', by: 'Eve', source: 'microphone' }));
    expect(o.notices).toEqual([{ id: 2, what: 'muted', by: 'Eve', source: 'microphone' }]);
    for (const r of ['speak', 'video', 'screen', 'draw'] as const) o = order(o, notice({ what: 'granted', right: r }));
    expect(o.notices).toHaveLength(MAX_NOTICES);
    expect(o.notices[0]).toMatchObject({ right: 'speak' });
    o = putAway(o, o.notices.at(-1)!.id);
    expect(o.notices).toHaveLength(MAX_NOTICES - 1);
    expect(order(o, notice({ what: 'next' })).notices.at(-1)).toMatchObject({ id: 7, what: 'next' });
  });
});

describe('rights', () => {
  const rights = new Map([right('speak', { reason: 'floor' }), right('video', { askable: true, reason: 'ask' }), right('screen', { askable: true, requested: true, reason: 'ask' }), right('draw'), right('hand', { allowed: true })].map((r) => [r.right, r]));
  it.each([['speak', 'allowed'], ['video', 'ask'], ['screen', 'asked'], ['draw', 'refused'], ['hand', 'allowed'], ['chat', 'allowed']] as const)('%s: %s', (name, access) => expect(accessOf(rights, name)).toBe(access));
  it('publishing waits for no floor', () => expect([mayOffer(rights, 'microphone'), mayOffer(rights, 'camera'), mayOffer(new Map(), 'camera')]).toEqual([true, false, true]));
});

it.each([[['a', 'b'], 'b', 2], [['a'], 'b', 0], [['a'], null, 0]] as const)('place in %j of %s', (queue, id, place) => expect(placeIn(queue, id)).toBe(place));

describe('own devices', () => {
  const done: string[] = [];
  const switches = { setWantMic: (on: boolean) => void done.push(`mic ${on}`), setWantCamera: (on: boolean) => void done.push(`camera ${on}`), stopScreen: () => void done.push('screen') };
  const after = (fn: () => void): string[] => (done.splice(0), fn(), [...done]);
  it.each([
    [{ what: 'muted', source: 'microphone' }, ['mic false']],
    [{ what: 'stopped', source: 'camera' }, ['camera false']],
    [{ what: 'muted', source: 'screen' }, ['screen']],
    [{ what: 'floor_over' }, ['mic false']],
    [{ what: 'ask_unmute', source: 'microphone' }, []],
    [{ what: 'granted', right: 'speak' }, []],
  ] as [Notice, string[]][])('%j', (n, want) => expect(after(() => obey(switches, n))).toEqual(want));
  it('begin as the room says', () => expect(after(() => begin(switches, { muted: true, camera_off: false }))).toEqual(['mic false']));
});
