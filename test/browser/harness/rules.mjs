// Rooms with rules, and the people who come into them: moderators by a signed token, all others by the link.
import { createHmac, randomBytes } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inbound, until } from './call.mjs';
import { startServer } from './server.mjs';

const presets = resolve(import.meta.dirname, '../../../rooms/policy/presets');

/**
 * A server whose rooms follow files: the presets under their own names, and those that are given.
 * @param {{rooms?: Record<string, string>, settings?: Record<string, string>}} [options] rooms: YAML by name
 */
export async function startRuled({ rooms = {}, settings = {} } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'salon-rules-'));
  const secret = randomBytes(32).toString('hex');
  const secretFile = join(folder, 'secret');
  writeFileSync(secretFile, secret);
  for (const name of ['open', 'class', 'webinar', 'assembly', 'channel', 'kitchen']) copyFileSync(join(presets, `${name}.yaml`), join(folder, `${name}.yaml`));
  for (const [name, yaml] of Object.entries(rooms)) writeFileSync(join(folder, `${name}.yaml`), yaml);
  const begin = (more) => startServer({ settings: { 'rooms.folder': folder, tokens: `[{issuer: school, audience: salon, secret_file: ${secretFile}}]`, ...settings, ...more } });
  let server = await begin();
  return {
    get url() { return server.url; },
    debug: () => server.debug(),
    /** The link of somebody whom a token names and gives a role; with an id also the subject that lists of accounts mean. */
    link: (room, name, role = 'moderator', id) => `${server.url}/${room}?debug&jwt=${sign(secret, room, name, role, id)}`,
    /** Ends the server by a signal and starts it again at the same address, with the same rooms and store. */
    restart: async (signal) => { const { host } = new URL(server.url); await server.stop(signal); server = await begin({ 'http.listen': host.replace('localhost', '127.0.0.1') }); },
    stop: async () => { await server.stop(); rmSync(folder, { recursive: true, force: true }); },
  };
}

function sign(secret, room, name, role, id) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ iss: 'school', aud: 'salon', sub: name, room, role, exp: now + 3600, context: { user: { name, ...(id && { id }) } } })}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

/** Opens a link and asks to come in, with the devices or without; waits until the person is in, or at the door. */
export async function arrive(page, link, name, { devices = true } = {}) {
  await page.goto(link);
  const field = page.getByTestId('prejoin-name');
  await field.waitFor();
  if (await field.isEditable()) await field.fill(name);
  await page.getByTestId(devices ? 'prejoin-join' : 'prejoin-bare').click();
  await page.waitForSelector('[data-testid="toolbar-leave"], [data-testid="waiting"], [data-testid="ended"], .notice.error', { timeout: 20000 });
}

/** The row of a person in the list of people, which is opened when it is not. */
export async function row(page, name) {
  if (!(await page.locator('#panel-people').isVisible())) await page.getByTestId('toolbar-people').click();
  return page.locator(`[data-testid="person"][data-name="${name}"]`);
}

/** Does something with a person by their menu. */
export async function act(page, name, testid) {
  const person = await row(page, name);
  if (!(await person.getByTestId('person-menu').isVisible())) await person.getByTestId('person-more').click();
  await person.getByTestId(testid).click();
}

/** The energy of all the sound that the page has received. */
export async function energy(page) {
  return (await inbound(page)).filter((s) => s.kind === 'audio').reduce((sum, s) => sum + s.energy, 0);
}

/** Packets of sound that have arrived. */
export async function packets(page) {
  return (await inbound(page)).filter((s) => s.kind === 'audio').reduce((sum, s) => sum + s.packets, 0);
}

/** Waits until the page hears something new. */
export async function hears(page, what) {
  const before = await energy(page);
  return until(what, async () => (await energy(page)) > before + 1e-6);
}
