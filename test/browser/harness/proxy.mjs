// A TCP proxy in front of the server's HTTP port, which a test can cut: signaling is lost, media (UDP) is not. It can
// serve scripts of a test's own beside the server's.
import net from 'node:net';

/** @param {Record<string, string>} [scripts] by path, such as "/mine.js" */
export async function startProxy(target, scripts = {}) {
  const { hostname, port } = new URL(target);
  const sockets = new Set();
  let open = true;
  const server = net.createServer((client) => {
    if (!open) return void client.destroy();
    const upstream = net.connect(Number(port), hostname);
    client.on('data', (chunk) => {
      // A request begins where a chunk does: browsers wait for the answer before the next one.
      const [, path] = /^GET (\S+) HTTP/.exec(chunk.subarray(0, 200).toString('latin1')) ?? [];
      if (path in scripts) client.write(`HTTP/1.1 200 OK\r\nContent-Type: text/javascript\r\nContent-Length: ${Buffer.byteLength(scripts[path])}\r\n\r\n${scripts[path]}`);
      else upstream.write(chunk);
    });
    client.on('end', () => upstream.end());
    upstream.pipe(client);
    for (const [from, to] of [[client, upstream], [upstream, client]]) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => { sockets.delete(from); to.destroy(); });
    }
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://localhost:${server.address().port}`,
    /** Cuts every connection and refuses new ones until restore(). */
    cut: () => { open = false; for (const s of sockets) s.destroy(); },
    restore: () => { open = true; },
    close: () => { for (const s of sockets) s.destroy(); server.close(); },
  };
}
