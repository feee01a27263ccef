import type { SourceOptions, SyntheticOptions } from './adapters/createSource.js';
import { createEmbeddedJobQueue } from './adapters/embedded/embeddedJobQueue.js';
import type { ThreadHost } from './adapters/embedded/jobThread.js';
import type { JobThread } from './adapters/embedded/runInThread.js';
import { createMemoryChunkStore } from './adapters/memory/memoryChunkStore.js';
import {
  createTraceBackend,
  type TraceBackend,
  type TraceBackendOptions,
} from './createTraceBackend.js';
import type { BodyRoom } from './http/readBody.js';
import type { Log } from './log.js';
import { meterStore } from './metrics.js';
import { DEFAULT_SETTINGS, type TraceSettings } from './settings.js';
import type { OpenStages } from './stages/TraceStages.js';
import { threadOptions } from './threadOptions.js';

const DEFAULT_SOURCE: SyntheticOptions = { kind: 'synthetic', containers: 114_892, seed: 1 };

/** What the platform of a backend can do. */
export interface BackendHost extends Pick<ThreadHost, 'compression'> {
  startThread(settings: TraceSettings): JobThread;
  openStages(source: SourceOptions, settings: TraceSettings, log: Log): OpenStages;
  /** @default a page has room for its own requests */
  createBodyRoom?(settings: TraceSettings): BodyRoom;
}

function sourceOf(asked: TraceBackendOptions['source']): SourceOptions {
  return asked?.kind === 'duckdb' ? asked : { ...DEFAULT_SOURCE, ...asked };
}

/** The backend on its embedded adapters: store in memory, a thread a job. */
export function createEmbeddedBackend(
  options: TraceBackendOptions,
  { startThread, openStages, createBodyRoom, compression }: BackendHost,
): TraceBackend {
  const { source: asked, settings: given, log = () => undefined, metrics, ...hooks } = options;
  const settings = { ...DEFAULT_SETTINGS, ...given };
  const source = sourceOf(asked);
  const store = createMemoryChunkStore({
    ttlSeconds: settings.jobTtlSeconds,
    maxBytes: settings.storeMaxBytes,
  });
  const queue = createEmbeddedJobQueue({
    ...threadOptions(settings, source, startThread, log),
    store: metrics ? meterStore(store, metrics) : store,
    workerCount: settings.workerCount,
    maxWaiting: settings.queueMaxWaiting,
    maxPerClient: settings.queueMaxPerClient,
    sessionsPerAddress: settings.sessionsPerAddress,
  });
  return createTraceBackend({
    opened: openStages(source, settings, log),
    store,
    queue,
    settings,
    bodyRoom: createBodyRoom?.(settings),
    compression,
    log,
    metrics,
    ...hooks,
  });
}
