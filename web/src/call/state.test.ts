import { describe, expect, it } from 'vitest';
import type { Joined, Participant, ServerEnvelope } from '../protocol/messages.gen';
import { EMPTY, MAX_CHAT_LINES, reduce, type RoomState } from './state';

const ada: Participant = { id: 'a', name: 'Ada', role: 'participant', state: 'here', publications: [] };
const bob: Participant = { id: 'b', name: 'Bob', role: 'participant', state: 'here', publications: [{ source: 'camera', muted: false }] };
const eve: Participant = { id: 'e', name: 'Eve', role: 'participant', state: 'here', publications: [] };

const snapshot: Joined = {
  self: 'a', token: 't', resumed: false, replayed: false, seq: 10, room: { name: 'r', title: 'R', locked: false, talk_mode: 'open', screen_hint: 'detail' }, start: { muted: false, camera_off: false },
  participants: [ada, bob], chat: [line(4)], ice_servers: [], server: { version: '0' },
};
const START = reduce(EMPTY, { type: 'joined', data: snapshot });

function line(id: number): Joined['chat'][0] {
  return { id, participant: 'b', name: 'Bob', text: `line ${id}`, at: id };
}

function run(s: RoomState, ...events: ServerEnvelope[]): RoomState {
  return events.reduce(reduce, s);
}

const fill = { mid: '7', participant: 'b', source: 'camera' } as const;
const FULL = run(START, { type: 'slots', data: { slots: [fill] } }, { type: 'speakers', data: { participants: ['b', 'a'] } });

describe('joined', () => {
  it('is the whole truth', () => {
    expect(START).toEqual({
      ...EMPTY, seq: 10, self: 'a', room: snapshot.room, participants: [ada, bob], chat: [line(4)],
    });
  });

  it('replayed keeps people, chat and number: the missed events follow', () => {
    const s = reduce(FULL, { type: 'joined', data: { ...snapshot, resumed: true, replayed: true, seq: 15, participants: [], chat: [] } });
    expect(s).toEqual({ ...FULL, speakers: [] });
    expect(reduce(s, { type: 'chat', seq: 11, data: line(5) }).chat).toHaveLength(2);
  });

  it('as somebody new forgets the slots of the old PeerConnection', () => {
    const s = reduce(FULL, { type: 'joined', data: { ...snapshot, self: 'z', seq: 0, participants: [eve], chat: [] } });
    expect(s).toMatchObject({ self: 'z', seq: 0, participants: [eve], chat: [], fills: [] });
  });

  it('resumed with a snapshot keeps the pictures', () => {
    expect(reduce(FULL, { type: 'joined', data: { ...snapshot, resumed: true, seq: 99 } })).toMatchObject({ seq: 99, fills: [fill] });
  });
});

const events: [string, ServerEnvelope, Partial<RoomState>][] = [
  ['somebody comes', { type: 'participant_joined', data: { participant: eve } }, { participants: [ada, bob, eve] }],
  ['somebody comes twice', { type: 'participant_joined', data: { participant: { ...bob, name: 'B' } } }, { participants: [ada, { ...bob, name: 'B' }] }],
  ['a name and state change', { type: 'participant_changed', data: { id: 'b', name: 'Bo', role: 'presenter', state: 'reconnecting' } }, { participants: [ada, { ...bob, name: 'Bo', role: 'presenter', state: 'reconnecting' }] }],
  ['a stranger changes', { type: 'participant_changed', data: { id: 'x', name: 'X', role: 'viewer', state: 'here' } }, { participants: [ada, bob] }],
  ['leaving frees slots and silences', { type: 'participant_left', data: { id: 'b', reason: 'left' } }, { participants: [ada], fills: [], speakers: ['a'] }],
  ['a stranger leaves', { type: 'participant_left', data: { id: 'x', reason: 'timeout' } }, { participants: [ada, bob], fills: [fill] }],
  ['a publication appears', { type: 'publication_changed', data: { participant: 'a', publication: { source: 'microphone', muted: true } } }, { participants: [{ ...ada, publications: [{ source: 'microphone', muted: true }] }, bob] }],
  ['a publication changes', { type: 'publication_changed', data: { participant: 'b', publication: { source: 'camera', muted: true } } }, { participants: [ada, { ...bob, publications: [{ source: 'camera', muted: true }] }] }],
  ['a publication ends', { type: 'publication_ended', data: { participant: 'b', source: 'camera' } }, { participants: [ada, { ...bob, publications: [] }], fills: [] }],
  ['another publication ends', { type: 'publication_ended', data: { participant: 'b', source: 'screen' } }, { participants: [ada, bob], fills: [fill] }],
  ['a line is said', { type: 'chat', data: line(5) }, { chat: [line(4), line(5)] }],
  ['lines for others leave gaps', { type: 'chat', data: line(9) }, { chat: [line(4), line(9)] }],
  ['a line of somebody hidden', { type: 'chat', data: { ...line(6), participant: '' } }, { chat: [line(4), { ...line(6), participant: '' }] }],
  ['a known line is said', { type: 'chat', data: line(4) }, { chat: [line(4)] }],
];

describe('events', () => {
  it.each(events)('%s', (_, event, change) => {
    const numbered = { ...event, seq: 11 } as ServerEnvelope;
    const before = structuredClone(FULL);
    expect(reduce(FULL, numbered)).toEqual({ ...FULL, ...change, seq: 11 });
    expect(FULL).toEqual(before); // never changed in place
  });

  it.each(events)('doubled or late: %s', (_, event) => {
    for (const seq of [1, 9, 10]) expect(reduce(FULL, { ...event, seq } as ServerEnvelope)).toBe(FULL);
    const once = reduce(FULL, { ...event, seq: 11 } as ServerEnvelope);
    expect(reduce(once, { ...event, seq: 11 } as ServerEnvelope)).toBe(once);
  });

  it('reordered: the late one changes nothing', () => {
    const gone: ServerEnvelope = { type: 'participant_left', seq: 12, data: { id: 'b', reason: 'left' } };
    const late: ServerEnvelope = { type: 'participant_joined', seq: 11, data: { participant: bob } };
    expect(run(FULL, gone, late).participants).toEqual([ada]);
  });

  it('without a number the newest counts', () => {
    expect(run(FULL, { type: 'speakers', data: { participants: [] } }).speakers).toEqual([]);
    expect(run(FULL, { type: 'slots', data: { slots: [] } }).fills).toEqual([]);
    expect(run(FULL, { type: 'stats', data: { up: [], down: [] } }).stats).toEqual({ up: [], down: [] });
    expect(run(FULL, { type: 'pong', data: {} }, { type: 'ok', re: 4, data: {} })).toBe(FULL);
  });

  it('keep a bounded chat', () => {
    let s = START;
    for (let id = 5; id < MAX_CHAT_LINES + 50; id++) s = reduce(s, { type: 'chat', seq: id + 6, data: line(id) });
    expect(s.chat).toHaveLength(MAX_CHAT_LINES);
    expect(s.chat.at(-1)).toEqual(line(MAX_CHAT_LINES + 49));
  });
});
