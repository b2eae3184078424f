// A login provider (OpenID Connect) of this machine, which knows Alice and Bob: bin/provider.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

const binary = resolve(import.meta.dirname, '../../../bin/provider');

/** What the provider calls Salon, and the secret that they share: see test/provider. */
export const client = { id: 'salon', secret: 'a secret of the test that is long enough' };

/** @returns {Promise<{issuer: string, stop: () => Promise<void>}>} */
export async function startProvider() {
  if (!existsSync(binary)) throw new Error(`${binary} is missing: run "make build" first`);
  const child = spawn(binary, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const [issuer] = await Promise.race([once(createInterface(child.stdout), 'line'), ended]);
  if (child.exitCode !== null) throw new Error(`the provider ended with ${child.exitCode}`);
  return { issuer, stop: async () => { child.stdin.end(); await ended; } };
}

/** A port that is free and that the kernel gives to nobody by itself: an address has to be known before the server starts. */
export async function freePort() {
  for (;;) {
    const port = 20000 + Math.floor(Math.random() * 10000);
    const probe = createServer().listen(port, '127.0.0.1');
    const [free] = await Promise.race([once(probe, 'listening').then(() => [true]), once(probe, 'error').then(() => [false])]);
    if (!free) continue;
    probe.close();
    await once(probe, 'close');
    return port;
  }
}
