import { createSource, type SourceOptions } from './adapters/createSource.js';
import { createEmbeddedJobQueue } from './adapters/embedded/embeddedJobQueue.js';
import type { JobThread } from './adapters/embedded/runInThread.js';
import { createMemoryChunkStore } from './adapters/memory/memoryChunkStore.js';
import { createTraceApp, type TraceApp } from './app.js';
import type { Log } from './log.js';
import type { ChunkCompression } from './results/ChunkCompression.js';
import { DEFAULT_SETTINGS, type TraceSettings } from './settings.js';
import { threadOptions } from './threadOptions.js';

export interface EmbeddedBackendOptions {
  /** The synthetic factory. @default 114,892 containers, seed 1 */
  source?: Partial<Omit<SourceOptions, 'kind'>>;
  settings?: Partial<TraceSettings>;
  log?: Log;
  /** Who is asking, for the rate limits, by what the host knows. @default one client for all */
  clientOf?: (env: unknown) => string;
}

export interface EmbeddedBackend {
  /** Answers the trace API: `app.fetch(request)`. */
  app: TraceApp;
  /** Ends the jobs that run. */
  close(): Promise<void>;
}

/** The backend on its embedded adapters: synthetic factory, store in memory, a thread a job. */
export function createEmbeddedBackend(
  options: EmbeddedBackendOptions,
  startThread: (settings: TraceSettings) => JobThread,
  compression?: ChunkCompression,
): EmbeddedBackend {
  const { log = () => undefined, clientOf } = options;
  const settings = { ...DEFAULT_SETTINGS, ...options.settings };
  const source: SourceOptions = {
    kind: 'synthetic',
    containers: 114_892,
    seed: 1,
    ...options.source,
  };
  const store = createMemoryChunkStore({
    ttlSeconds: settings.jobTtlSeconds,
    maxBytes: settings.storeMaxBytes,
  });
  const queue = createEmbeddedJobQueue({
    ...threadOptions(settings, source, startThread, log),
    store,
    workerCount: settings.workerCount,
    maxWaiting: settings.queueMaxWaiting,
    maxPerClient: settings.queueMaxPerClient,
  });
  const app = createTraceApp({
    source: createSource(source),
    store,
    queue,
    settings,
    compression,
    log,
    clientOf,
  });
  return { app, close: () => queue.close() };
}
