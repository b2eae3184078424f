import { effect, signal } from '@preact/signals';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Joined, Publication } from '../protocol/messages.gen';
import { RoomSignals } from './room';

const own = signal({ micOn: false, cameraOn: false, screenOn: false });
const camera: Publication = { source: 'camera', muted: false };
const joined: Joined = {
  self: 'me', token: 't', resumed: false, replayed: false, seq: 1, room: { name: 'r', title: 'R', locked: false, talk_mode: 'open', screen_hint: 'detail' }, start: { muted: false, camera_off: false },
  participants: [{ id: 'me', name: 'Me', role: 'moderator', state: 'here', publications: [] }, { id: 'a', name: 'Ada', role: 'participant', state: 'here', publications: [camera] }],
  chat: [], ice_servers: [], server: { version: '0' },
};

let listed: string[];
let room: RoomSignals;

beforeEach(() => {
  own.value = { micOn: false, cameraOn: false, screenOn: false };
  room = new RoomSignals({ own, streamOf: () => signal(null), listed: (keys) => (listed = [...keys]) });
  room.receive({ type: 'joined', data: joined });
});

describe('RoomSignals', () => {
  it('lists the videos there are, own ones at once', () => {
    expect(room.videos.value.map((v) => v.key)).toEqual(['a/camera']);
    own.value = { ...own.value, cameraOn: true };
    expect(room.videos.value.map((v) => [v.key, v.self])).toEqual([['me/camera', true], ['a/camera', false]]);
    expect(listed).toEqual(['me/camera', 'a/camera']);
  });

  it('keeps the objects of videos while others come and go', () => {
    const ada = room.videos.value[0];
    room.receive({ type: 'participant_joined', seq: 2, data: { participant: { id: 'b', name: 'Bob', role: 'participant', state: 'here', publications: [camera] } } });
    room.receive({ type: 'publication_changed', seq: 3, data: { participant: 'b', publication: { source: 'camera', muted: true } } });
    room.receive({ type: 'speakers', data: { participants: ['b', 'a'] } });
    expect(room.videos.value).toEqual([ada]);
    expect(room.videos.value[0]).toBe(ada);
    expect(room.speakers.value).toEqual(['b', 'a']);
  });

  it('paints only what changed', () => {
    const painted = { people: 0, videos: 0, chat: 0, speakers: 0 };
    for (const part of ['people', 'videos', 'chat', 'speakers'] as const) effect(() => void (room[part].value, painted[part]++));
    room.receive({ type: 'stats', data: { up: [], down: [] } });
    room.receive({ type: 'slots', data: { slots: [] } });
    expect(painted).toEqual({ people: 1, videos: 1, chat: 1, speakers: 1 });
    room.receive({ type: 'chat', seq: 2, data: { id: 1, participant: 'me', name: 'Me', text: 'x', at: 1 } });
    expect(painted).toEqual({ people: 1, videos: 1, chat: 2, speakers: 1 });
    expect(room.chat.value[0]?.self).toBe(true);
  });

  it('forgets everything', () => {
    room.reset();
    expect([room.self.value, room.room.value, room.people.value, room.videos.value]).toEqual([null, null, [], []]);
  });
});
