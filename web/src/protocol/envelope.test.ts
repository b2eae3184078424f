import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decode, encode, type Replies } from './envelope';
import { CLIENT_MESSAGE_TYPES, SERVER_MESSAGE_TYPES, type ClientMessages } from './messages.gen';

const GOLDEN = new URL('../../../signaling/protocol/testdata/', import.meta.url);
const files = readdirSync(GOLDEN).filter((f) => f.endsWith('.json'));
const golden = files.map((file) => ({ file, text: readFileSync(new URL(file, GOLDEN), 'utf8') }));

interface Frame {
  type: string;
  id?: number;
  data: Record<string, unknown>;
}

describe('golden messages', () => {
  it('cover every message of both sides', () => {
    const types = new Set(golden.map((g) => (JSON.parse(g.text) as Frame).type));
    expect([...types].sort()).toEqual([...CLIENT_MESSAGE_TYPES, ...SERVER_MESSAGE_TYPES].sort());
  });

  it.each(golden)('$file', ({ text }) => {
    const frame = JSON.parse(text) as Frame;
    if ((CLIENT_MESSAGE_TYPES as readonly string[]).includes(frame.type)) {
      const again = encode(frame.type as keyof ClientMessages, frame.data as never, frame.id ?? 0);
      expect(JSON.parse(again)).toEqual(frame);
      expect(decode(text)).toBeNull(); // nothing that a server may say
    } else {
      expect(decode(text)).toEqual(frame);
    }
  });
});

describe('decode', () => {
  it.each([
    ['no JSON', 'nonsense'],
    ['no object', '7'],
    ['a list', '[]'],
    ['null', 'null'],
    ['no type', '{"data":{}}'],
    ['a type of the future', '{"type":"hologram","data":{}}'],
    ['a name of every object', '{"type":"constructor","data":{}}'],
    ['data that is no object', '{"type":"ok","data":7}'],
  ])('ignores %s', (_, frame) => expect(decode(frame)).toBeNull());

  it('takes missing data for empty', () => expect(decode('{"type":"ok","re":3}')).toEqual({ type: 'ok', re: 3, data: {} }));

  it.each([
    ['{"type":"slots","data":{"slots":null}}', { slots: [] }],
    ['{"type":"speakers","data":{"participants":null}}', { participants: [] }],
    ['{"type":"lobby","data":{"waiting":[{"id":"a","lines":null}]}}', { waiting: [{ id: 'a', lines: [] }] }],
    ['{"type":"hands","data":{"hands":null}}', { hands: [] }],
    ['{"type":"stats","data":{"up":null}}', { up: [], down: [] }],
    ['{"type":"joined","data":{"participants":null,"chat":null}}', { participants: [], chat: [], ice_servers: [] }],
    ['{"type":"joined","data":{"participants":[{"id":"a"}],"chat":[]}}', { participants: [{ id: 'a', publications: [] }], chat: [], ice_servers: [] }],
    ['{"type":"participant_joined","data":{"participant":{"id":"a","publications":null}}}', { participant: { id: 'a', publications: [] } }],
  ])('makes lists of what Go writes as null: %s', (frame, data) => expect(decode(frame)?.data).toEqual(data));
});

describe('encode', () => {
  it('leaves out the id of what wants no reply', () => expect(encode('leave', {}, 0)).toBe('{"type":"leave","data":{}}'));

  it('knows a reply for every request', () => {
    const answers: Partial<Replies> = { join: 'waiting', offer: 'answer', leave: 'bye', ping: 'pong', get_bans: 'bans', get_settings: 'settings', configure: 'settings', get_invitations: 'invitations', invite: 'invitation' };
    for (const type of CLIENT_MESSAGE_TYPES) expect(SERVER_MESSAGE_TYPES).toContain(answers[type] ?? 'ok');
  });
});
