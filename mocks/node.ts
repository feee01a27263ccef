import { startNodeThread } from './adapters/embedded/startNodeThread.js';
import {
  createEmbeddedBackend,
  type EmbeddedBackend,
  type EmbeddedBackendOptions,
} from './embeddedBackend.js';
import { nodeCompression } from './results/nodeCompression.js';

export * from './exports.js';

/** Built beside this file. */
const JOB_THREAD_FILE = './jobThread.js';

/** The whole backend in this Node process; its jobs run in worker threads. */
export function createMockBackend(options: EmbeddedBackendOptions = {}): EmbeddedBackend {
  const url = new URL(JOB_THREAD_FILE, import.meta.url);
  return createEmbeddedBackend(
    options,
    ({ jobHeapMb }) => startNodeThread({ url, heapMb: jobHeapMb }),
    nodeCompression,
  );
}
