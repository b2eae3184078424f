// A call and devices that only pretend, for work on the screens. The address chooses the scene; see Scene.

import { signal } from '@preact/signals';
import type { Call, CallError, ChatLine, DeviceProblem, Devices, LinkStats, Missing, Person, Phase, Room, Video, Waiting } from '../../call/types';
import type { Right, RightInfo, Role } from '../../call/types';
import { RIGHTS } from '../../protocol/messages.gen';
import { facePicture, screenPicture } from './picture';

export interface Scene {
  people: number;
  /** everyone's camera is off from this person on */
  cameras: number;
  screen: boolean;
  sharing: boolean;
  phase: Phase;
  ended: string;
  chat: boolean;
  problem: DeviceProblem | null;
  error: string | null;
  asked: boolean;
  muted: boolean;
}

const names = ['Camille Roussel', 'Ada Lovelace', 'Mehdi', 'Léa Martin', 'Jean-Baptiste de La Fontaine-Dubois', 'Sofia', 'Nguyễn Văn An', 'Ousmane Diop', '山田 花子', 'Zoé', 'Tom', 'Inès Benali'];

function device(kind: MediaDeviceKind, id: string, label: string): MediaDeviceInfo {
  return { deviceId: id, groupId: '', kind, label, toJSON: () => ({}) };
}

export function fakeDevices(scene: Scene): Devices {
  const face = facePicture(0);
  const open = signal(scene.asked);
  const listed = <T,>(list: T[]) => signal<T[]>(scene.asked ? list : []);
  const microphones = listed([device('audioinput', 'a', 'Micro intégré'), device('audioinput', 'b', 'Casque USB Plantronics Blackwire 3220')]);
  const cameras = listed([device('videoinput', 'c', 'Caméra FaceTime HD')]);
  const speakersOut = listed([device('audiooutput', 'd', 'Haut-parleurs'), device('audiooutput', 'e', 'Casque USB')]);
  const preview = signal<MediaStream | null>(scene.asked && !scene.problem ? face : null);
  const level = signal(0);
  const wantMic = signal(!scene.muted);
  const wantCamera = signal(true);
  const music = signal(false);
  const chosen = { microphone: signal<string | null>('a'), camera: signal<string | null>('c'), speaker: signal<string | null>('d') };
  setInterval(() => (level.value = open.value ? 0.25 + 0.2 * Math.sin(performance.now() / 180) : 0), 60);
  return {
    microphones, cameras, speakersOut, ...chosen, music, preview, level,
    micProblem: signal(scene.problem), cameraProblem: signal(scene.problem), wantMic, wantCamera, micTrack: signal(null), cameraTrack: signal(null),
    async request() {
      await new Promise((resolve) => setTimeout(resolve, 800));
      open.value = true;
      microphones.value = [device('audioinput', 'a', 'Micro intégré')];
      cameras.value = [device('videoinput', 'c', 'Caméra FaceTime HD')];
      if (wantCamera.value && !scene.problem) preview.value = face;
    },
    setWantMic: (on) => void (wantMic.value = on),
    setWantCamera(on) {
      wantCamera.value = on;
      preview.value = on && open.value ? face : null;
    },
    chooseMicrophone: async (id) => void (chosen.microphone.value = id),
    chooseCamera: async (id) => void (chosen.camera.value = id),
    chooseSpeaker: async (id) => void (chosen.speaker.value = id),
    setMusic: async (on) => void (music.value = on),
    release: () => undefined,
  };
}

export function fakeCall(scene: Scene, devices: Devices): Call {
  const person = (i: number): Person => ({ id: `p${i}`, name: names[i % names.length]! + (i >= names.length ? ` ${i}` : ''), self: i === 0, state: i === 4 ? 'reconnecting' : 'here', watcher: false, micMuted: i === 0 ? scene.muted : i % 3 === 2, cameraOn: i < scene.cameras, screenOn: scene.screen && i === 1, speaking: i === 1, role: i === 0 ? 'moderator' : 'participant', hand: i === 2 ? 1 : i === 3 ? 2 : 0, talker: false });
  const people = signal<Person[]>(Array.from({ length: scene.people }, (_, i) => person(i)));
  const video = (p: Person, source: 'camera' | 'screen', stream: MediaStream): Video => ({ key: `${p.id}/${source}`, participant: p.id, source, name: p.name, self: p.self, stream: signal(stream) });
  const all = people.value.flatMap((p, i) => (p.cameraOn ? [video(p, 'camera', facePicture(i))] : []));
  if (scene.screen && people.value[1]) all.push(video(people.value[1], 'screen', screenPicture()));
  if (scene.sharing) all.push(video(people.value[0]!, 'screen', screenPicture()));
  const videos = signal(all);
  const phase = signal<Phase>(scene.phase);
  const endReason = signal<string | null>(scene.ended);
  const micOn = signal(!scene.muted);
  const cameraOn = signal(scene.cameras > 0);
  const screenOn = signal(scene.sharing);
  const chat = signal<ChatLine[]>(scene.chat ? conversation() : []);
  const change = (part: Partial<Person>): void => void (people.value = people.value.map((p) => (p.self ? { ...p, ...part } : p)));
  return {
    phase, endReason, error: signal<CallError | null>(scene.error ? { code: scene.error } : null), room: signal<Room | null>({ name: 'cuisine', title: 'cuisine', locked: false, talk_mode: 'open', screen_hint: 'detail' }), self: signal('p0'),
    people, videos, missing: signal(new Map<string, Missing>([['p3/camera', 'paused']])), chat, speakers: signal(['p1']), micOn, cameraOn, screenOn, soundBlocked: signal(false),
    link: signal<LinkStats>({ rttMs: 34, protocol: 'udp', upBitrate: 1_840_000, downBitrate: 4_210_000, downLoss: 0.004, level: 4 }),
    async join() {
      phase.value = 'joining';
      await new Promise((resolve) => setTimeout(resolve, 600));
      phase.value = 'live';
    },
    setTiles: (tiles) => void (document.documentElement.dataset['view'] = tiles.map((tile) => tile.key).join(' ')),
    async setMicrophone(on) {
      devices.setWantMic(on);
      micOn.value = on;
      change({ micMuted: !on });
    },
    async setCamera(on) {
      cameraOn.value = on;
      change({ cameraOn: on });
    },
    startScreen: async () => void (screenOn.value = true),
    stopScreen: async () => void (screenOn.value = false),
    say: async (text) => void (chat.value = [...chat.value, { id: chat.value.length + 1, participant: 'p0', name: names[0]!, text, at: Date.now(), self: true }]),
    waiting: signal<Waiting | null>(null),
    order: fakeOrder(),
    request: () => Promise.reject(new Error('there is no server')),
    act: async () => true,
    dismissNotice: () => undefined,
    retryNow: () => void (phase.value = 'live'),
    async leave() {
      endReason.value = 'left';
      if (phase.value === 'live') phase.value = 'ended';
    },
  };
}

/** A moderator, with somebody at the door, two hands and a wish. */
function fakeOrder(): Call['order'] {
  const at = Date.now() - 60_000;
  const right = (name: Right): [Right, RightInfo] => [name, { right: name, allowed: true, askable: false, requested: false, reason: 'role' }];
  return {
    role: signal<Role | null>('moderator'),
    rights: signal(new Map(RIGHTS.map(right))),
    hands: signal([{ participant: 'p2', at }, { participant: 'p3', at }]),
    floor: signal({ queue: [] }),
    lobby: signal([{ id: 'w1', name: 'Inès Benali', verified: true, since: at, lines: [] }]),
    requests: signal([{ participant: 'p2', right: 'speak' as const, at }]),
    notices: signal([]),
  };
}

function conversation(): ChatLine[] {
  const at = new Date(2026, 4, 12, 14, 2).getTime();
  const line = (id: number, i: number, minutes: number, text: string): ChatLine => ({ id, participant: `p${i}`, name: names[i]!, text, at: at + minutes * 60_000, self: i === 0 });
  return [
    line(1, 1, 0, 'Bonjour à tous !'),
    line(2, 3, 1, 'Le budget est ici : https://nuage.example.org/s/budget-2027 (page 3)'),
    line(3, 3, 2, 'Dites-moi si vous n’y avez pas accès.'),
    line(4, 0, 4, 'Merci Léa, je l’ouvre.'),
    line(5, 2, 9, 'Je dois partir à 15 h, on peut commencer par le loyer ?'),
  ];
}
