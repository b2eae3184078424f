// The interface between the call engine (src/call, src/media) and what people see (src/ui).
//
// Signals carry state to the screen; methods carry intentions back. Nothing else passes between the two.

import type { ReadonlySignal } from '@preact/signals';
import type { Reply } from '../protocol/envelope';
import type { ClientMessages, Floor, Hand, Knock, ReasonCode, Right, RightInfo, RightRequest, Role, Room, SlotState as Missing, Source, Waiting } from '../protocol/messages.gen';
import type { NumberedNotice } from './order';

export type { Floor, Hand, Knock, Missing, NumberedNotice, ReasonCode, Right, RightInfo, RightRequest, Role, Room, Source, Waiting };

/** Where the call is. 'waiting': in the lobby. Once 'ended', join starts a new one. */
export type Phase = 'idle' | 'joining' | 'waiting' | 'live' | 'reconnecting' | 'ended';

/** Somebody in the room, self included. */
export interface Person {
  id: string;
  name: string;
  self: boolean;
  state: 'here' | 'reconnecting';
  /** it can only watch: listed, and without a tile while it shows nothing */
  watcher: boolean;
  /** true also when no microphone is published */
  micMuted: boolean;
  cameraOn: boolean;
  screenOn: boolean;
  speaking: boolean;
  role: Role;
  /** the number of the raised hand, from 1; 0: not raised */
  hand: number;
  /** it has the floor */
  talker: boolean;
}

/** One thing to look at. Own camera and own screen included (self). */
export interface Video {
  /** `${participant}/${source}` */
  key: string;
  participant: string;
  source: 'camera' | 'screen';
  name: string;
  self: boolean;
  /** null: not (yet) received */
  stream: ReadonlySignal<MediaStream | null>;
}

/** One line of chat. */
export interface ChatLine {
  id: number;
  participant: string;
  name: string;
  text: string;
  /** milliseconds since 1970 */
  at: number;
  self: boolean;
  /** the only other participant who sees it */
  to?: string;
}

/** A protocol error code, or 'ice_failed', 'socket_failed', 'insecure', 'no_webrtc', 'share_denied', 'share_unsupported', 'share_failed'. */
export interface CallError {
  code: string;
  /** seconds */
  retryAfter?: number;
  /** why a right is missing, with 'forbidden' */
  reason?: ReasonCode;
  /** what the moderator said, with 'removed' and 'banned' */
  said?: string;
  /** the key of the rule that was not taken, with 'bad_setting', 'forced' and 'forbidden' */
  setting?: string;
}

/** A tile in CSS pixels; the engine multiplies by devicePixelRatio. */
export interface TileSize {
  /** a Video's key */
  key: string;
  width: number;
  height: number;
  /** the person chose it */
  pinned?: boolean;
}

/** How the connection does. Bit rates are in bit/s, downLoss is 0 to 1, level is bars: 0 none, 4 good. */
export interface LinkStats {
  rttMs: number | null;
  protocol: 'udp' | 'tcp' | null;
  upBitrate: number;
  downBitrate: number;
  downLoss: number;
  level: 0 | 1 | 2 | 3 | 4;
}

/** What a link brings along: it opens doors, so it is secret. */
export interface Key {
  token?: string;
  invite?: string;
}

/** The messages that the UI sends as they are; what concerns own devices has methods. */
export type Verb = Exclude<keyof ClientMessages, 'join' | 'offer' | 'publish' | 'mute' | 'unpublish' | 'view' | 'say' | 'leave' | 'ping'>;

/** Who may do what, whose turn it is, and who waits; see order.ts. */
export interface OrderSignals {
  readonly role: ReadonlySignal<Role | null>;
  readonly rights: ReadonlySignal<ReadonlyMap<Right, RightInfo>>;
  readonly hands: ReadonlySignal<readonly Hand[]>;
  readonly floor: ReadonlySignal<Floor>;
  readonly lobby: ReadonlySignal<readonly Knock[]>;
  readonly requests: ReadonlySignal<readonly RightRequest[]>;
  readonly notices: ReadonlySignal<readonly NumberedNotice[]>;
}

/** One participant's call: a session, a PeerConnection, and what the room looks like. */
export interface Call {
  readonly phase: ReadonlySignal<Phase>;
  /** a ByeReason, 'left', or an error code */
  readonly endReason: ReadonlySignal<string | null>;
  readonly error: ReadonlySignal<CallError | null>;
  readonly room: ReadonlySignal<Room | null>;
  /** while in the lobby */
  readonly waiting: ReadonlySignal<Waiting | null>;
  readonly order: OrderSignals;
  /** own participant id */
  readonly self: ReadonlySignal<string | null>;
  /** order of arrival, stable */
  readonly people: ReadonlySignal<Person[]>;
  /** stable order; objects keep their identity while they live */
  readonly videos: ReadonlySignal<Video[]>;
  /** why the server sends nothing of a video, by the video's key: show the person without a picture */
  readonly missing: ReadonlySignal<ReadonlyMap<string, Missing>>;
  readonly chat: ReadonlySignal<ChatLine[]>;
  /** loudest first */
  readonly speakers: ReadonlySignal<string[]>;
  readonly link: ReadonlySignal<LinkStats>;
  readonly micOn: ReadonlySignal<boolean>;
  readonly cameraOn: ReadonlySignal<boolean>;
  readonly screenOn: ReadonlySignal<boolean>;
  /** true while the browser refuses to play sound; the next click or key anywhere starts it */
  readonly soundBlocked: ReadonlySignal<boolean>;
  /** uses the devices' tracks; resolves when live or waiting, rejects with a CallError */
  join(room: string, name: string, key?: Key): Promise<void>;
  /** the View, most important first; debounced and only sent when changed */
  setTiles(tiles: TileSize[]): void;
  /** mute keeps the device open, so that unmuting is instant */
  setMicrophone(on: boolean): Promise<void>;
  /** off stops the device: the light goes out */
  setCamera(on: boolean): Promise<void>;
  /** must be called in a click; problems land in error */
  startScreen(): Promise<void>;
  stopScreen(): Promise<void>;
  /** to everybody, or to one participant; rejects with a CallError when refused */
  say(text: string, to?: string): Promise<void>;
  /** rejects with a CallError when refused */
  request<T extends Verb>(type: T, data: ClientMessages[T]): Promise<Reply<T>>;
  /** the same; a refusal lands in error, and the answer is false */
  act(type: Verb, data: ClientMessages[Verb]): Promise<boolean>;
  /** puts a notice away */
  dismissNotice(id: number): void;
  /** reconnects now instead of after the backoff */
  retryNow(): void;
  leave(): Promise<void>;
}

/** Why a device does not work; experience.md has the sentence for each. */
export type DeviceProblem = 'insecure' | 'denied' | 'dismissed' | 'system' | 'missing' | 'busy' | 'unplugged' | 'unknown';

/** Microphone, camera and loudspeaker, shared by pre-join and room: the preview's tracks are the call's tracks, no second prompt. */
export interface Devices {
  readonly microphones: ReadonlySignal<MediaDeviceInfo[]>;
  readonly cameras: ReadonlySignal<MediaDeviceInfo[]>;
  readonly speakersOut: ReadonlySignal<MediaDeviceInfo[]>;
  /** chosen device ids, remembered in localStorage; null: the browser's own choice */
  readonly microphone: ReadonlySignal<string | null>;
  readonly camera: ReadonlySignal<string | null>;
  readonly speaker: ReadonlySignal<string | null>;
  /** the microphone gives what it hears, in two channels and unchanged: for music; remembered */
  readonly music: ReadonlySignal<boolean>;
  /** camera track only; null while the camera is off */
  readonly preview: ReadonlySignal<MediaStream | null>;
  /** 0..1 microphone level, also while muted */
  readonly level: ReadonlySignal<number>;
  readonly micProblem: ReadonlySignal<DeviceProblem | null>;
  readonly cameraProblem: ReadonlySignal<DeviceProblem | null>;
  readonly wantMic: ReadonlySignal<boolean>;
  readonly wantCamera: ReadonlySignal<boolean>;
  /** the open devices, for the publisher; a muted microphone stays open */
  readonly micTrack: ReadonlySignal<MediaStreamTrack | null>;
  readonly cameraTrack: ReadonlySignal<MediaStreamTrack | null>;
  /** after a click; never throws, problems land in the signals; retries by itself when the permission changes */
  request(kinds: { mic: boolean; camera: boolean }): Promise<void>;
  setWantMic(on: boolean): void;
  setWantCamera(on: boolean): void;
  /** live: replaceTrack, no renegotiation */
  chooseMicrophone(id: string): Promise<void>;
  chooseCamera(id: string): Promise<void>;
  chooseSpeaker(id: string): Promise<void>;
  setMusic(on: boolean): Promise<void>;
  /** closes every device and the level meter; request opens them again */
  release(): void;
}
