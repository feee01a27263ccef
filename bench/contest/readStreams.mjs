import { get } from 'node:http';

/**
 * Reads argv[2] argv[3] times at once, in a process of its own, and drops the bytes; tells the bytes,
 * the times and the end of the first one by IPC.
 */
const [url, readers] = process.argv.slice(2);
const END_BYTES = 200;

function readOnce() {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false }, (response) => {
      let bytes = 0;
      let firstByteMs = null;
      let last = Buffer.alloc(0);
      response.on('data', (chunk) => {
        firstByteMs ??= performance.now() - started;
        bytes += chunk.byteLength;
        last = chunk.byteLength < END_BYTES ? Buffer.concat([last, chunk]) : chunk;
        last = last.subarray(-END_BYTES);
      });
      response.on('end', () => resolve({ bytes, firstByteMs, end: last.toString() }));
      response.on('error', reject);
    });
    request.on('error', reject);
  });
}

const started = performance.now();
const streams = await Promise.all(Array.from({ length: Number(readers) }, readOnce));
process.send({
  seconds: (performance.now() - started) / 1_000,
  bytes: streams.reduce((sum, { bytes }) => sum + bytes, 0),
  firstByteMs: Math.max(...streams.map(({ firstByteMs }) => firstByteMs)),
  end: streams[0].end,
});
