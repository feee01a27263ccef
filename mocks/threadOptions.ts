import type { SourceOptions } from './adapters/createSource.js';
import type { JobThread, ThreadOptions } from './adapters/embedded/runInThread.js';
import type { Log } from './log.js';
import type { TraceSettings } from './settings.js';

/** What the settings say of a job's thread. */
export function threadOptions(
  settings: TraceSettings,
  source: SourceOptions,
  startThread: (settings: TraceSettings) => JobThread,
  log: Log,
): ThreadOptions {
  return {
    startThread: () => startThread(settings),
    source,
    batchSize: settings.streamBatchSize,
    maxWorkers: settings.eventsMaxWorkers,
    chunkEncoding: settings.chunkEncoding,
    timeoutSeconds: settings.jobTimeoutSeconds,
    log,
  };
}
