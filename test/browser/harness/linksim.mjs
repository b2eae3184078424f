// A server whose media passes a simulated network, which a test can change during a call.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startServer } from './server.mjs';

const binary = resolve(import.meta.dirname, '../../../bin/linksim');

// The server listens on the first and advertises the second, where linksim listens on the same port: address rewrites
// change addresses only. The whole of 127.0.0.0/8 is this machine on Linux.
const [behind, advertised] = ['127.0.0.1', '127.0.0.2'];

/**
 * Starts a server, and linksim in front of its media. Each client has links of its own, perfect at first.
 * @param {{settings?: Record<string, string>, seed?: number}} [options] settings: configuration keys of the server
 * @returns {Promise<{server: object, sim: object, stop: () => Promise<void>}>}
 */
export async function startBehindLinksim({ settings = {}, seed = 1 } = {}) {
  const server = await startServer({
    settings: {
      'media.bind': behind, 'media.loopback': 'true', 'media.tcp_port': '-1',
      'media.address_rewrites': `[{from: ${behind}, to: ${advertised}}]`, ...settings,
    },
  });
  try {
    const sim = await startLinksim({ listen: `${advertised}:${server.udp_port}`, target: `${behind}:${server.udp_port}`, seed });
    return { server, sim, stop: async () => { await sim.stop(); await server.stop(); } };
  } catch (e) {
    await server.stop();
    throw e;
  }
}

/** Starts linksim. `set`, `play` and `linksOf` change and find links; settings are as `bin/linksim --help` says. */
export async function startLinksim({ listen, target, seed }) {
  if (!existsSync(binary)) throw new Error(`${binary} is missing: run "make build" first`);
  const folder = mkdtempSync(join(tmpdir(), 'salon-linksim-'));
  const ready = join(folder, 'ready.json');
  const child = spawn(binary, ['--listen', listen, '--target', target, '--seed', String(seed), '--ready-file', ready], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((done) => child.once('exit', done));
  let output = '';
  child.stdout.on('data', (d) => (output += d));
  child.stderr.on('data', (d) => (output += d));
  const stop = async () => {
    child.kill('SIGTERM');
    await Promise.race([ended, delay(5000).then(() => child.kill('SIGKILL'))]);
    rmSync(folder, { recursive: true, force: true });
  };
  for (let i = 0; i < 200 && !existsSync(ready) && child.exitCode === null; i++) await delay(50);
  if (!existsSync(ready)) {
    await stop();
    throw new Error(`linksim did not start: ${output}`);
  }
  const { control, listen: listening } = JSON.parse(readFileSync(ready, 'utf8'));
  const answer = async (response) => {
    if (!response.ok) throw new Error(`linksim: ${await response.text()}`);
    return response.json();
  };
  const post = async (path, body) => answer(await fetch(`${control}${path}`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
  }));
  const stats = async () => answer(await fetch(`${control}/stats`));
  /** The links of a page, the busiest first: one for each address from which ICE has sent. */
  const linksOf = async (page) => {
    const ports = new Set(await page.evaluate(async () => [...(await window.__salon.pc().getStats()).values()]
      .filter((s) => s.type === 'local-candidate').map((s) => s.port)));
    const port = (address) => Number(address.slice(address.lastIndexOf(':') + 1));
    return (await stats()).clients.filter((c) => ports.has(port(c.client)) || ports.has(port(c.upstream)))
      .sort((a, b) => b.up.arrived + b.down.arrived - a.up.arrived - a.down.arrived);
  };
  return {
    stats, linksOf, stop, listen: listening,
    /** Changes what is named of everybody's links, present and future: set({ down: { loss: '5%' } }). */
    set: (change) => post('/settings', change),
    /** Changes what is named of one page's links. */
    setFor: async (page, change) => {
      const links = await linksOf(page);
      if (links.length === 0) throw new Error('the page has sent nothing through linksim yet');
      for (const { client } of links) await post('/settings', { ...change, client });
    },
    /** Starts a script now: play([{ at: '10s', down: { rate: '300kbit/s' } }]). */
    play: (steps) => post('/script', { steps }),
  };
}
