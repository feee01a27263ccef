import { writeFileSync } from 'node:fs';
import { BroadcastChannel, isMainThread, threadId } from 'node:worker_threads';

/**
 * Preloaded into the server (`node --expose-gc --import`): at SIGUSR2 every thread collects its garbage
 * and writes what it holds then, bytes, to `$MEMORY_FILE.N`, N its number.
 */
const channel = new BroadcastChannel('collect');
channel.unref();

function collect() {
  // what finalizers let go of is gone after the second one
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  writeFileSync(`${process.env.MEMORY_FILE}.${threadId}`, JSON.stringify({ heapUsed, external }));
}

if (isMainThread) {
  process.on('SIGUSR2', () => {
    channel.postMessage('collect');
    collect();
  });
} else {
  channel.onmessage = collect;
}
