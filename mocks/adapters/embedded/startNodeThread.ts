import { Worker } from 'node:worker_threads';
import type { JobThread } from './runInThread.js';

/** Rows are garbage soon, of which V8's own 48 MB would hold twice as much. */
const YOUNG_MB = 24;

export interface NodeThreadOptions {
  /** The built jobThread.node. */
  url: URL;
  /** Heap of the thread, MB; a job that needs more dies, and the process lives on. */
  heapMb: number;
}

/** Starts a worker thread for one job. */
export function startNodeThread({ url, heapMb }: NodeThreadOptions): JobThread {
  const worker = new Worker(url, {
    resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: YOUNG_MB },
  });
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (listener) => worker.on('message', listener),
    onDeath(listener) {
      worker.on('error', (error) => {
        const outOfMemory = (error as { code?: string }).code === 'ERR_WORKER_OUT_OF_MEMORY';
        listener(
          outOfMemory
            ? `The job ran out of memory: it needed more than ${heapMb} MB. Ask for fewer containers, or raise TRACE_JOB_HEAP_MB.`
            : `The job's thread failed: ${error instanceof Error ? error.message : String(error)}`,
        );
      });
      worker.on('exit', (code) => listener(`The job's thread ended early, with code ${code}.`));
    },
    terminate: () => void worker.terminate(),
  };
}
