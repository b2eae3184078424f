// A TCP proxy in front of the server's HTTP port, which a test can cut: signaling is lost, media (UDP) is not.
import net from 'node:net';

export async function startProxy(target) {
  const { hostname, port } = new URL(target);
  const sockets = new Set();
  let open = true;
  const server = net.createServer((client) => {
    if (!open) return void client.destroy();
    const upstream = net.connect(Number(port), hostname);
    for (const [from, to] of [[client, upstream], [upstream, client]]) {
      sockets.add(from);
      from.pipe(to);
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
