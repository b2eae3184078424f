// Owners log in on the page before the call, with a password here or at a provider, and are moderators of their room.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { violations } from '../harness/axe.mjs';
import { until } from '../harness/call.mjs';
import { launchChromium } from '../harness/chromium.mjs';
import { client, freePort, startProvider } from '../harness/provider.mjs';
import { row } from '../harness/rules.mjs';
import { startServer } from '../harness/server.mjs';

const folder = mkdtempSync(join(tmpdir(), 'salon-login-'));
const accounts = join(folder, 'accounts');
const password = 'correct horse battery';
const timeout = 20000;

let provider, server, browser, settings;
before(async () => {
  mkdirSync(join(folder, 'rooms'));
  writeFileSync(join(folder, 'rooms', 'owned.yaml'), "version: 1\nowners: [olga, 'mailto:alice@example.org']\npolicy: {speak: ask}\n");
  execFileSync(resolve(import.meta.dirname, '../../../bin/salon'), ['account', 'add', 'olga', '--accounts-file', accounts], { input: `${password}\n` });
  provider = await startProvider();
  const port = await freePort();
  settings = {
    'http.listen': `127.0.0.1:${port}`, 'http.public_url': `http://localhost:${port}`, 'rooms.folder': join(folder, 'rooms'),
    'rooms.store': join(folder, 'rooms.db'), 'accounts.file': accounts, 'accounts.oidc.issuer': provider.issuer,
    'accounts.oidc.client_id': client.id, 'accounts.oidc.client_secret': client.secret, 'accounts.oidc.name': 'Example School',
  };
  server = await startServer({ settings });
  browser = await launchChromium();
});
after(async () => { await browser?.close(); await server?.stop(); await provider?.stop(); rmSync(folder, { recursive: true, force: true }); });

const restart = async () => { await server.stop(); server = await startServer({ settings }); };

/** Comes in without devices; the server says which role that gives. */
async function roleOf(page, name) {
  await page.getByTestId('prejoin-bare').click();
  await page.getByTestId('toolbar-leave').waitFor({ timeout });
  const self = await row(page, name);
  await self.waitFor({ timeout });
  return self.getAttribute('data-role');
}

const loggedIn = async (page) => {
  await page.getByTestId('account-in').waitFor({ timeout });
  return page.getByTestId('account-in').innerText();
};

test('an owner with a password', async () => {
  const page = await browser.newPage({ width: 900, height: 900 });
  await page.goto(`${server.url}/owned?debug`);
  await page.getByTestId('prejoin-name').fill('Olga');
  await page.getByText('I have an account here').click();
  await page.getByTestId('account-name').fill('olga');
  await page.getByTestId('account-password').fill('correct horse');
  await page.getByTestId('account-login').click();
  const alert = page.getByRole('alert').filter({ hasText: 'do not fit' });
  await alert.waitFor({ timeout });
  assert.equal(await page.getByTestId('account-name').inputValue(), 'olga');
  assert.equal(await page.getByTestId('account-password').inputValue(), 'correct horse');
  assert.equal(await page.getByTestId('prejoin-name').inputValue(), 'Olga');
  await until('the password has the focus', () => page.getByTestId('account-password').evaluate((e) => e === document.activeElement), { timeout });
  assert.deepEqual(await violations(page), []);

  await page.getByTestId('account-password').fill(password);
  await page.keyboard.press('Enter');
  assert.match(await loggedIn(page), /olga/);
  await until('a screen reader is told', () => page.getByTestId('account-in').evaluate((e) => e === document.activeElement), { timeout });
  assert.equal(await roleOf(page, 'Olga'), 'moderator');

  await restart();
  await page.goto(`${server.url}/owned?debug`);
  assert.match(await loggedIn(page), /olga/, 'the login outlives the server');
  await page.getByTestId('account-logout').click();
  await page.getByText('I have an account here').waitFor({ timeout });
  await page.reload();
  await page.getByText('I have an account here').waitFor({ timeout });
  assert.equal(await page.getByTestId('account-in').count(), 0);
  assert.equal(await roleOf(page, 'Olga'), 'participant');
  await page.context().close();
});

test('an owner whom a provider knows', async () => {
  const page = await browser.newPage({ width: 900, height: 900 });
  await page.goto(`${server.url}/owned?debug`);
  await page.getByTestId('oidc-login').click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('alert').filter({ hasText: 'You are not logged in' }).waitFor({ timeout });
  assert.equal(page.url(), `${server.url}/owned?debug`, 'the code is gone from the address');
  assert.deepEqual(await violations(page), []);

  assert.equal(await page.getByTestId('oidc-login').innerText(), 'Log in with Example School');
  await page.getByTestId('oidc-login').click();
  await page.getByRole('button', { name: 'Alice Example' }).click();
  assert.match(await loggedIn(page), /Alice Example \(sso\/1\)/);
  assert.equal(page.url(), `${server.url}/owned?debug`);
  assert.equal(await page.getByTestId('prejoin-name').inputValue(), 'Alice Example');
  assert.equal(await page.getByTestId('prejoin-name').isEditable(), false);
  assert.equal(await roleOf(page, 'Alice Example'), 'moderator');
  await page.context().close();

  const other = await browser.newPage({ width: 900, height: 900 });
  await other.goto(`${server.url}/owned?debug`);
  await other.getByTestId('oidc-login').click();
  await other.getByRole('button', { name: 'Bob Example' }).click();
  assert.match(await loggedIn(other), /Bob Example/);
  assert.equal(await roleOf(other, 'Bob Example'), 'participant');
  await other.context().close();
});

test('what goes wrong at the provider is said, and the room is open all the same', async () => {
  const page = await browser.newPage({ width: 900, height: 900 });
  await page.goto(`${server.url}/api/oidc/callback?state=another&code=x`);
  await page.getByRole('alert').filter({ hasText: 'The login took too long' }).waitFor({ timeout });
  assert.equal(page.url(), `${server.url}/`);
  await restart(); // a server that has not found its provider yet
  await provider.stop();
  provider = null;
  await page.goto(`${server.url}/owned?debug`);
  await page.getByTestId('oidc-login').click();
  await page.getByRole('alert').filter({ hasText: 'does not answer' }).waitFor({ timeout });
  await page.getByTestId('prejoin-name').fill('Guest');
  assert.equal(await roleOf(page, 'Guest'), 'participant');
  await page.context().close();
});
