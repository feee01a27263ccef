import { runJob } from './traceOverHttp.mjs';
import { startServer } from './startProcess.mjs';

const BYTES_PER_SECOND = 1_000_000;
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function drain(url) {
  let bytes = 0;
  for await (const chunk of (await fetch(url)).body) bytes += chunk.byteLength;
  return bytes;
}

/**
 * How much the server's memory grows while it serves a large stream to a slow reader, over its
 * memory 10 s after the job's end and one warm-up stream.
 */
export async function slowReader({ seconds = Infinity } = {}) {
  const server = await startServer();
  const url = await runJob(server.url);
  const size = await drain(url);
  await wait(10_000);
  const before = server.memory().rss;
  let most = before;
  let read = 0;
  const started = performance.now();
  for await (const chunk of (await fetch(url)).body) {
    read += chunk.byteLength;
    const due = (read / BYTES_PER_SECOND) * 1_000;
    const early = due - (performance.now() - started);
    if (early > 0) await wait(early);
    most = Math.max(most, server.memory().rss);
    if (performance.now() - started > seconds * 1_000) break;
  }
  const tookSeconds = (performance.now() - started) / 1_000;
  await server.stop();
  return {
    'stream, MB': size / 1e6,
    'read, MB': read / 1e6,
    'reading, s': tookSeconds,
    'server before, MB': before,
    'server at most, MB': most,
    'growth, MB': most - before,
  };
}
