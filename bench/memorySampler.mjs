import { writeFileSync } from 'node:fs';
import { isMainThread, threadId } from 'node:worker_threads';

/**
 * Preloaded into the server (`node --import`): every thread of it writes the most memory that it has
 * held so far, MB, to `$MEMORY_FILE.main` or `$MEMORY_FILE.job-N`.
 */
const MB = 1024 * 1024;
const file = `${process.env.MEMORY_FILE}.${isMainThread ? 'main' : `job-${threadId}`}`;
const most = { heap: 0, buffers: 0, together: 0 };
setInterval(() => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  const together = heapUsed + arrayBuffers;
  if (together <= most.together * MB) return;
  most.heap = heapUsed / MB;
  most.buffers = arrayBuffers / MB;
  most.together = together / MB;
  writeFileSync(file, JSON.stringify(most));
}, 50).unref();
