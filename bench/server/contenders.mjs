import { createServer } from 'node:http';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { chunkKeys } from './chunkKeys.mjs';

/**
 * What the server's stream is held against, in a process of its own: argv[2] is Redis, argv[3] the
 * status URL of the job. By IPC it tells how long a loop took that GETs every chunk and drops it, and
 * the address of a server that parses each chunk and serialises it again.
 */
const [redisUrl, statusUrl] = process.argv.slice(2);
const redis = new Redis(redisUrl);
const keys = await chunkKeys(redis, statusUrl);

async function getAndDrop() {
  const started = performance.now();
  let bytes = 0;
  for (const key of keys) bytes += (await redis.getBuffer(key)).byteLength;
  return { bytes, seconds: (performance.now() - started) / 1_000 };
}

/** As the DashBoard's server does it: a chunk becomes rows, the rows become a line. */
async function parseAndSerialise(request, response) {
  response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
  for (const [batch, key] of keys.entries()) {
    const data = JSON.parse(await redis.get(key));
    const line = `${JSON.stringify({ type: 'records', batch, count: data.length, data })}\n`;
    if (!response.write(line)) await once(response, 'drain');
  }
  response.end();
}

const server = createServer((request, response) => {
  parseAndSerialise(request, response).catch((error) => response.destroy(error));
}).listen(0, '127.0.0.1');
await once(server, 'listening');
process.on('message', () => void getAndDrop().then((figures) => process.send(figures)));
process.on('disconnect', () => process.exit(0));
process.send({ url: `http://127.0.0.1:${server.address().port}/` });
