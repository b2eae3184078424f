// Tests of everything that reads or makes words: links, room names, initials, keys.

import { describe, expect, test } from 'vitest';
import { random } from '../layout/testing';
import { actionOf, shortcuts, type Action, type Pressed, type Where } from './keys';
import { linkify } from './linkify';
import { hueOf, hues, initials } from './people';
import { pathOf, proposal, roomOf, simplify, understand } from './rooms';

describe('linkify', () => {
  const rows: [text: string, want: [text: string, href?: string][]][] = [
    ['', []],
    ['bonjour', [['bonjour']]],
    ['voir https://a.example/x.', [['voir '], ['https://a.example/x', 'https://a.example/x'], ['.']]],
    ['(https://a.example/wiki/A_(b))', [['('], ['https://a.example/wiki/A_(b)', 'https://a.example/wiki/A_(b)'], [')']]],
    ['www.a.example?!', [['www.a.example', 'https://www.a.example/'], ['?!']]],
    ['HTTP://A.example', [['HTTP://A.example', 'http://a.example/']]],
    ['« https://a.example »', [['« '], ['https://a.example', 'https://a.example/'], [' »']]],
    ['javascript:alert(1)', [['javascript:alert(1)']]],
    ['data:text/html,x file:///etc/passwd', [['data:text/html,x file:///etc/passwd']]],
    ['<a href="https://a.example">x</a>', [['<a href="'], ['https://a.example', 'https://a.example/'], ['">x</a>']]],
    ['moi@www.a.example', [['moi@www.a.example']]],
    ['xhttps://a.example', [['xhttps://a.example']]],
    ['https://', [['https://']]],
    ['http://[', [['http://[']]],
    ['a\nhttps://a.example\nb', [['a\n'], ['https://a.example', 'https://a.example/'], ['\nb']]],
  ];
  test.each(rows)('%j', (text, want) => {
    expect(linkify(text)).toEqual(want.map(([part, href]) => (href ? { text: part, href } : { text: part })));
  });

  test('random text: nothing is lost, only http and https are linked', () => {
    const pieces = ['https://', 'www.', 'javascript:', 'a.example', '/', '(', ')', '.', ' ', '<', '"', '\u202e', '😀', 'é', '?', '#', '&', '@', '%', '\n'];
    const next = random(5);
    for (let round = 0; round < 5000; round++) {
      const text = Array.from({ length: 1 + Math.floor(next() * 12) }, () => pieces[Math.floor(next() * pieces.length)]).join('');
      const parts = linkify(text);
      expect(parts.map((part) => part.text).join('')).toBe(text);
      for (const { href } of parts) if (href) expect(href).toMatch(/^https?:\/\//);
    }
  });
});

describe('understand', () => {
  const origin = 'https://salon.example:8443';
  test.each([
    ['', { kind: 'empty' }],
    ['  ', { kind: 'empty' }],
    ['cuisine', { kind: 'room', name: 'cuisine' }],
    ['Salle 3 !', { kind: 'room', name: 'salle-3' }],
    ['Café ☕ du coin', { kind: 'room', name: 'café-du-coin' }],
    ['ＣＵＩＳＩＮＥ', { kind: 'room', name: 'cuisine' }],
    ['https://salon.example:8443/caf%C3%A9?debug#x', { kind: 'room', name: 'café' }],
    ['salon.example:8443/cuisine', { kind: 'room', name: 'cuisine' }],
    ['https://salon.example:8443/', { kind: 'empty' }],
    ['https://other.example/cuisine', { kind: 'elsewhere', url: 'https://other.example/cuisine' }],
    ['https://[', { kind: 'invalid' }],
    ['javascript:alert(1)', { kind: 'room', name: 'javascriptalert1' }],
    ['../../etc/passwd', { kind: 'room', name: '..-..-etc-passwd' }],
    ['ws', { kind: 'reserved', name: 'ws' }],
    ['..', { kind: 'reserved', name: '..' }],
    ['favicon.ico', { kind: 'reserved' }],
    ['v1.2', { kind: 'room', name: 'v1.2' }],
    ['☕', { kind: 'invalid' }],
    ['a'.repeat(64), { kind: 'room', name: 'a'.repeat(64) }],
    ['a'.repeat(65), { kind: 'invalid', suggestion: 'a'.repeat(64) }],
  ])('%j', (text, want) => expect(understand(text, origin)).toMatchObject(want));
});

test('a room survives the address', () => {
  for (const room of ['cuisine', 'café', 'a_b.c-d', '会议', 'ı']) expect(roomOf(new URL(pathOf(room), 'https://a.example').pathname)).toBe(room);
  expect(roomOf('/')).toBeNull();
  expect(roomOf('/%E0%A4%A')).toBe('%E0%A4%A');
});

test('proposals are names, and differ', () => {
  const made = new Set(Array.from({ length: 200 }, proposal));
  expect(made.size).toBe(200);
  for (const name of made) expect(simplify(name)).toBe(name);
});

describe('initials', () => {
  test.each([
    ['Léa Martin', 'LM'],
    ['zoé', 'Z'],
    ['  ', '?'],
    ['Jean-Pierre de la Tour', 'JT'],
    ['李 小龙', '李小'],
    ['🦊 Renard', 'R'],
    ['(Ada) Lovelace', 'AL'],
    ['e\u0301ric', 'É'],
  ])('%s: %s', (name, want) => expect(initials(name)).toBe(want));
});

test('hues are stable, in range and spread', () => {
  const seen = new Set(Array.from({ length: 300 }, (_, i) => hueOf(`person ${i}`)));
  expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: hues }, (_, i) => i));
  expect(hueOf('Léa')).toBe(hueOf('Le\u0301a'));
});

describe('keys', () => {
  const free: Where = { typing: false, control: false, letters: true };
  const press = (key: string, code = '', change: Partial<Pressed> = {}): Pressed => ({ key, code, ctrl: false, alt: false, shift: false, meta: false, repeat: false, ...change });
  const rows: [name: string, pressed: Pressed, where: Partial<Where>, want: Action | null][] = [
    ['m', press('m', 'KeyM'), {}, 'mic'],
    ['m on AZERTY', press('m', 'Semicolon'), {}, 'mic'],
    ['w on AZERTY sits on Z', press('w', 'KeyZ'), {}, 'layout'],
    ['z on AZERTY sits on W', press('z', 'KeyW'), {}, null],
    ['Cyrillic', press('ь', 'KeyM'), {}, 'mic'],
    ['caps lock', press('M', 'KeyM'), {}, 'mic'],
    ['shift', press('M', 'KeyM', { shift: true }), {}, null],
    ['held', press('m', 'KeyM', { repeat: true }), {}, null],
    ['typing', press('m', 'KeyM'), { typing: true }, null],
    ['letters off', press('m', 'KeyM'), { letters: false }, null],
    ['alt', press('m', 'KeyM', { alt: true }), {}, null],
    ['cmd', press('m', 'KeyM', { meta: true }), {}, null],
    ['an input method', press('Process', 'KeyM'), {}, null],
    ['?', press('?', 'Comma', { shift: true }), {}, 'help'],
    ['space', press(' ', 'Space'), {}, 'talk'],
    ['space on a button', press(' ', 'Space'), { control: true }, null],
    ['space while typing', press(' ', 'Space'), { typing: true }, null],
    ['escape while typing', press('Escape', 'Escape'), { typing: true }, 'close'],
    ['escape with letters off', press('Escape', 'Escape'), { letters: false }, 'close'],
    ['F6', press('F6', 'F6'), { typing: true }, 'region'],
    ['shift F6', press('F6', 'F6', { shift: true }), {}, 'region-back'],
    ['ctrl d', press('d', 'KeyD', { ctrl: true }), { typing: true }, 'mic'],
    ['ctrl e', press('e', 'KeyE', { ctrl: true }), {}, 'camera'],
    ['ctrl c copies', press('c', 'KeyC', { ctrl: true }), {}, null],
    ['ctrl shift d', press('D', 'KeyD', { ctrl: true, shift: true }), {}, null],
  ];
  test.each(rows)('%s', (_name, pressed, where, want) => expect(actionOf(pressed, { ...free, ...where })).toBe(want));

  test('the help lists what the keys do', () => {
    const named: Record<string, Pressed> = { space: press(' ', 'Space'), escape: press('Escape', 'Escape'), F6: press('F6', 'F6') };
    for (const { action, keys } of shortcuts) {
      for (const key of keys) {
        const pressed = named[key] ?? press(key.replace('Ctrl+', '').toLowerCase(), '', { ctrl: key.startsWith('Ctrl+') });
        expect(actionOf(pressed, free), key).toBe(action);
      }
    }
  });
});
