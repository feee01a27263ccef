import type { DuckdbOptions, SourceOptions, SyntheticOptions } from './adapters/createSource.js';
import { createEmbeddedJobQueue } from './adapters/embedded/embeddedJobQueue.js';
import type { ThreadHost } from './adapters/embedded/jobThread.js';
import type { JobThread } from './adapters/embedded/runInThread.js';
import { createMemoryChunkStore } from './adapters/memory/memoryChunkStore.js';
import { createTraceApp, type TraceApp } from './app.js';
import type { Log } from './log.js';
import { meterStore, type TraceMetrics } from './metrics.js';
import { DEFAULT_SETTINGS, type TraceSettings } from './settings.js';
import type { OpenStages } from './stages/TraceStages.js';
import { threadOptions } from './threadOptions.js';

const DEFAULT_SOURCE: SyntheticOptions = { kind: 'synthetic', containers: 114_892, seed: 1 };

export interface EmbeddedBackendOptions {
  /** The synthetic factory. @default 114,892 containers, seed 1 */
  source?: Partial<Omit<SyntheticOptions, 'kind'>> | DuckdbOptions;
  settings?: Partial<TraceSettings>;
  log?: Log;
  /** @default nothing is counted */
  metrics?: TraceMetrics;
  /** Who is asking, for the rate limits, by what the host knows. @default one client for all */
  clientOf?: (env: unknown) => string;
}

export interface EmbeddedBackend {
  /** Answers the trace API: `app.fetch(request)`. */
  app: TraceApp;
  /** Jobs that wait for a worker. */
  countWaiting(): Promise<number>;
  /** Ends the jobs that run. */
  close(): Promise<void>;
}

/** What the platform of a backend can do. */
export interface BackendHost extends Pick<ThreadHost, 'compression'> {
  startThread(settings: TraceSettings): JobThread;
  openStages(source: SourceOptions, settings: TraceSettings, log: Log): OpenStages;
}

/** The backend on its embedded adapters: store in memory, a thread a job. */
export function createEmbeddedBackend(
  options: EmbeddedBackendOptions,
  { startThread, openStages, compression }: BackendHost,
): EmbeddedBackend {
  const { log = () => undefined, metrics, clientOf } = options;
  const settings = { ...DEFAULT_SETTINGS, ...options.settings };
  const source: SourceOptions = { ...DEFAULT_SOURCE, ...options.source };
  const memory = createMemoryChunkStore({
    ttlSeconds: settings.jobTtlSeconds,
    maxBytes: settings.storeMaxBytes,
  });
  const store = metrics ? meterStore(memory, metrics) : memory;
  const opened = openStages(source, settings, log);
  const queue = createEmbeddedJobQueue({
    ...threadOptions(settings, source, startThread, log),
    store,
    workerCount: settings.workerCount,
    maxWaiting: settings.queueMaxWaiting,
    maxPerClient: settings.queueMaxPerClient,
    sessionsPerAddress: settings.sessionsPerAddress,
  });
  const app = createTraceApp({
    source: opened.stages,
    store,
    queue,
    settings,
    compression,
    log,
    metrics,
    clientOf,
  });
  return {
    app,
    countWaiting: () => queue.countWaiting(),
    async close() {
      await queue.close();
      await opened.close();
    },
  };
}
