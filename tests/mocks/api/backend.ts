import { fileURLToPath, pathToFileURL } from 'node:url';
import { createMemoryChunkStore } from '../../../mocks/adapters/memory/memoryChunkStore.js';
import { createSource } from '../../../mocks/adapters/createSource.js';
import { createEmbeddedJobQueue } from '../../../mocks/adapters/embedded/embeddedJobQueue.js';
import { startNodeThread } from '../../../mocks/adapters/embedded/startNodeThread.js';
import { createTraceApp } from '../../../mocks/app.js';
import type { Log } from '../../../mocks/log.js';
import type { TraceSource } from '../../../mocks/ports.js';
import { nodeCompression } from '../../../mocks/results/nodeCompression.js';
import type { Sleep } from '../../../mocks/sleep.js';
import { DEFAULT_SETTINGS, type TraceSettings } from '../../../mocks/settings.js';

/** The built script of a thread: Node runs no TypeScript. */
const built = (script: string) =>
  pathToFileURL(fileURLToPath(new URL(`../../../dist-server/${script}`, import.meta.url)));
export const JOB_THREAD_URL = built('jobThread.js');
export const STAGE_THREAD_URL = built('stageThread.js');

export const SOURCE = { kind: 'synthetic', containers: 400, seed: 3 } as const;

const NO_LIMIT = { maxRequests: 1_000_000, windowSeconds: 60 };
export const SETTINGS: TraceSettings = {
  ...DEFAULT_SETTINGS,
  asyncCidThreshold: 100,
  eventsCidLimit: 200,
  streamBatchSize: 150,
  rateLimits: { seed: NO_LIMIT, lineage: NO_LIMIT, events: NO_LIMIT, job: NO_LIMIT },
};

export interface BackendOptions {
  settings?: Partial<TraceSettings>;
  source?: TraceSource;
  withQueue?: boolean;
  log?: Log;
  now?: () => number;
  sleep?: Sleep;
}

/** A small backend on the embedded adapters, each part at hand. */
export function createTestBackend(options: BackendOptions = {}) {
  const settings = { ...SETTINGS, ...options.settings };
  const { log = () => undefined, now, withQueue = true } = options;
  const store = createMemoryChunkStore({
    ttlSeconds: settings.jobTtlSeconds,
    maxBytes: settings.storeMaxBytes,
    now,
  });
  const source = options.source ?? createSource(SOURCE);
  const queue = createEmbeddedJobQueue({
    store,
    source: SOURCE,
    startThread: () => startNodeThread({ url: JOB_THREAD_URL, heapMb: settings.jobHeapMb }),
    batchSize: settings.streamBatchSize,
    maxWorkers: settings.eventsMaxWorkers,
    chunkEncoding: settings.chunkEncoding,
    workerCount: settings.workerCount,
    timeoutSeconds: settings.jobTimeoutSeconds,
    maxWaiting: settings.queueMaxWaiting,
    maxPerClient: settings.queueMaxPerClient,
    log,
  });
  const app = createTraceApp({
    source,
    store,
    queue: withQueue ? queue : null,
    settings,
    compression: nodeCompression,
    log,
    now,
    sleep: options.sleep,
  });
  return { app, store, source, queue, settings };
}

export type TestBackend = ReturnType<typeof createTestBackend>;
