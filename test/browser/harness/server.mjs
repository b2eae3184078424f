// Starts the built server on free ports, with a configuration of the test's own, and stops it.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const results = resolve(import.meta.dirname, '../results');
/** Servers of this process that run, for dump(). */
const running = new Set();

const binary = resolve(import.meta.dirname, '../../../bin/salon');

/**
 * @param {{settings?: Record<string, string>, netns?: string}} [options] settings: configuration keys such as "rooms.max_rooms"
 * @returns the running server: its addresses, debug() and stop()
 */
export async function startServer({ settings = {}, netns } = {}) {
  if (!existsSync(binary)) throw new Error(`${binary} is missing: run "make build" first`);
  const folder = mkdtempSync(join(tmpdir(), 'salon-test-'));
  const ready = join(folder, 'ready.json');
  const all = {
    'http.listen': '127.0.0.1:0', 'metrics.listen': '127.0.0.1:0', 'media.udp_port': '0', 'media.tcp_port': '0',
    'log.level': 'warn', 'rooms.store': 'none', ...settings,
  };
  const args = ['serve', '--ready-file', ready, ...Object.entries(all).flatMap(([k, v]) => ['--set', `${k}=${v}`])];
  const [command, argv] = netns ? ['ip', ['netns', 'exec', netns, binary, ...args]] : [binary, args];
  const child = spawn(command, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (d) => (output += d));
  child.stderr.on('data', (d) => (output += d));
  for (let i = 0; i < 200 && !existsSync(ready); i++) {
    if (child.exitCode !== null) throw new Error(`the server ended: ${output}`);
    await delay(50);
  }
  if (!existsSync(ready)) throw new Error(`the server is not ready after 10 s: ${output}`);
  const info = JSON.parse(readFileSync(ready, 'utf8'));
  const server = {
    ...info,
    url: `http://localhost:${new URL(withScheme(info.http)).port}`,
    output: () => output,
    /** The snapshot of /debug/rooms. */
    debug: async () => (await fetch(`${withScheme(info.metrics)}/debug/rooms`)).json(),
    /** One value of /metrics, summed over its labels. */
    metric: async (name) => {
      const text = await (await fetch(`${withScheme(info.metrics)}/metrics`)).text();
      return text.split('\n').filter((l) => l.startsWith(`${name} `) || l.startsWith(`${name}{`))
        .reduce((sum, l) => sum + Number(l.slice(l.lastIndexOf(' '))), 0);
    },
    /** Ends the server: by SIGTERM, so that it can say goodbye, or by the signal that is given. */
    stop: async (signal = 'SIGTERM') => {
      running.delete(server);
      child.kill(signal);
      const ended = new Promise((done) => child.once('exit', done));
      await Promise.race([ended, delay(5000).then(() => child.kill('SIGKILL'))]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  running.add(server);
  return server;
}

/** Writes what every running server knows of its rooms, for whoever looks for the reason of a failure; returns the path. */
export async function dump() {
  mkdirSync(results, { recursive: true });
  const path = join(results, `failure-${new Date().toISOString().replaceAll(':', '')}.json`);
  const rooms = await Promise.all([...running].map((s) => s.debug().catch(String)));
  writeFileSync(path, JSON.stringify(rooms, null, 1));
  return path;
}

function withScheme(address) {
  return address.includes('://') ? address : `http://${address}`;
}
