import type { JobThread } from './adapters/embedded/runInThread.js';
import { startNodeThread } from './adapters/embedded/startNodeThread.js';
import type { TraceSettings } from './settings.js';

/** Built beside whatever entry holds this. */
const JOB_THREAD_FILE = './jobThread.js';

/** Starts a worker thread for one job. */
export function startJobThread({ jobHeapMb }: TraceSettings): JobThread {
  return startNodeThread({ url: new URL(JOB_THREAD_FILE, import.meta.url), heapMb: jobHeapMb });
}
