import { describe, expect, it } from 'vitest';
import { readDoor } from './door';

const claims = (c: unknown): string => `h.${btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(c)))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')}.s`;

describe('readDoor', () => {
  it('finds nothing in a plain link', () => expect(readDoor('/cuisine', '', '')).toEqual({ key: {}, name: null, named: false, muted: false, cameraOff: false, login: null, clean: '/cuisine' }));

  it('takes an address made for Jitsi', () => {
    const door = readDoor('/Room', '?jwt=a.b.c', '#config.startWithAudioMuted=true&config.startWithVideoMuted=true&userInfo.displayName=%22L%C3%A9a%20%26%20Tom%22&config.prejoinPageEnabled=false');
    expect(door).toEqual({ key: { token: 'a.b.c' }, name: 'Léa & Tom', named: false, muted: true, cameraOff: true, login: null, clean: '/Room' });
  });

  it.each([
    [{ context: { user: { name: 'Léa' } } }, 'Léa'],
    [{ name: ' Tom ' }, 'Tom'],
    [{ name: 7 }, null],
    [{ context: null }, null],
  ])('reads the name in a token: %j', (c, name) => expect(readDoor('/r', `?jwt=${claims(c)}`, '')).toMatchObject({ name, named: name !== null }));

  it.each(['x', 'a.%%%.c', ''])('lives with a broken token: %s', (token) => expect(readDoor('/r', `?jwt=${token}`, '').name).toBeNull());

  it('reads why a login failed', () => expect(readDoor('/r', '?debug', '#login=login_denied')).toMatchObject({ login: 'login_denied', clean: '/r?debug' }));

  it('hides secrets and keeps the rest', () => {
    expect(readDoor('/r', '?debug&invite=S3&token=t&x=1', '').clean).toBe('/r?debug&x=1');
    expect(readDoor('/r', '?invite=S3', '')).toMatchObject({ key: { invite: 'S3' }, clean: '/r' });
  });

  it.each([['"Tom"', 'Tom'], ['Tom', 'Tom'], ['{}', null], ['"', '"'], ['', null]])('name %s', (value, name) => expect(readDoor('/r', '', `#userInfo.displayName=${encodeURIComponent(value)}`).name).toBe(name));
});
