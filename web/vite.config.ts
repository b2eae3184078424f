import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { defineConfig, type ViteUserConfig } from 'vitest/config';

// The server that `npm run dev` passes the socket on to: a Salon that was started by hand.
const salon = process.env['SALON'] ?? 'http://127.0.0.1:8080';

/** Empties dist save .placeholder, which keeps the folder in the repository: the server must build without the client. */
const emptyDist: NonNullable<ViteUserConfig['plugins']>[number] = {
  name: 'empty-dist',
  apply: 'build',
  buildStart() {
    const dist = new URL('dist/', import.meta.url);
    mkdirSync(dist, { recursive: true });
    for (const name of readdirSync(dist)) if (name !== '.placeholder') rmSync(new URL(name, dist), { recursive: true });
  },
};

export default defineConfig({
  plugins: [emptyDist],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    // The Content-Security-Policy forbids data: for fonts and scripts, and nothing may be inlined into the page.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    emptyOutDir: false,
  },
  server: { proxy: { '/ws': { target: salon, ws: true } } },
  test: { include: ['src/**/*.test.ts', 'test/**/*.test.ts'], environment: 'node' },
});
