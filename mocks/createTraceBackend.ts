import type { DuckdbOptions, SyntheticOptions } from './adapters/createSource.js';
import type { RequestHooks } from './http/RequestHooks.js';
import { createTraceApp, type TraceApp, type TraceAppPorts } from './app.js';
import type { Log } from './log.js';
import type { TraceMetrics } from './metrics.js';
import type { JobQueue } from './ports.js';
import type { TraceSettings } from './settings.js';
import type { OpenStages } from './stages/TraceStages.js';

export interface TraceBackendOptions extends RequestHooks {
  /** The synthetic factory, or a database. @default the factory with 114,892 containers, seed 1 */
  source?: Partial<SyntheticOptions> | DuckdbOptions;
  settings?: Partial<TraceSettings>;
  log?: Log;
  /** @default nothing is counted */
  metrics?: TraceMetrics;
}

export interface TraceBackend {
  /** Answers the trace API: `app.fetch(request)`. */
  app: TraceApp;
  /** Jobs that wait for a worker. */
  countWaiting(): Promise<number>;
  /** Ends the streams that are open with an `error` line, SERVER_STOPPING; `/healthz` is not ready from then on. */
  endStreams(): void;
  /** Ends the streams, and the jobs that run in this process. */
  close(): Promise<void>;
}

/** What a backend is put together from, whatever the adapters; it lets go of them when it is closed. */
export interface BackendParts extends Omit<TraceAppPorts, 'source' | 'queue' | 'stopping'> {
  opened: OpenStages;
  queue: JobQueue;
  /** @default there is nothing to close */
  closeStore?: () => void;
}

export function createTraceBackend({
  opened,
  queue,
  closeStore,
  ...ports
}: BackendParts): TraceBackend {
  const stopping = new AbortController();
  const { signal } = stopping;
  const app = createTraceApp({ ...ports, source: opened.stages, queue, stopping: signal });
  return {
    app,
    countWaiting: () => queue.countWaiting(),
    endStreams: () => stopping.abort(),
    async close() {
      stopping.abort();
      await queue.close();
      await opened.close();
      closeStore?.();
    },
  };
}
