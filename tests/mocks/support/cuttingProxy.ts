import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

/** A way to a Redis that cuts its first connection at that one's second INFO, and no other. */
export async function startCuttingProxy(port: number) {
  let connections = 0;
  const proxy = createServer((client) => {
    const isFirst = connections++ === 0;
    const upstream = connect(port, '127.0.0.1');
    let infos = 0;
    client.on('data', (data) => {
      if (/\r\ninfo\r\n/i.test(data.toString('latin1'))) infos++;
      if (isFirst && infos >= 2) client.destroy();
      else upstream.write(data);
    });
    upstream.pipe(client);
    for (const socket of [client, upstream]) {
      socket.on('error', () => undefined);
      socket.on('close', () => [client, upstream].forEach((other) => other.destroy()));
    }
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    url: `redis://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    connections: () => connections,
    close: () => void proxy.close(),
  };
}
