import type { OpenStreams } from '../http/openStreams.js';
import type { RateLimiter } from '../http/rateLimiter.js';
import type { BodyRoom } from '../http/readBody.js';
import type { RequestHooks } from '../http/RequestHooks.js';
import { errorFields, type Log } from '../log.js';
import type { TraceMetrics } from '../metrics.js';
import type { ChunkStore, JobQueue } from '../ports.js';
import type { ChunkCompression } from '../results/ChunkCompression.js';
import type { Sleep } from '../sleep.js';
import type { TraceSettings } from '../settings.js';
import type { TraceStages } from '../stages/TraceStages.js';

/** What the routes share. */
export interface TraceAppContext extends Required<Pick<RequestHooks, 'ownerOf' | 'authorize'>> {
  stages: TraceStages;
  store: ChunkStore;
  queue: JobQueue | null;
  settings: TraceSettings;
  compression: ChunkCompression | undefined;
  rateLimiter: RateLimiter;
  openStreams: OpenStreams;
  bodyRoom: BodyRoom | undefined;
  clientOf: (env: unknown) => string;
  log: Log;
  metrics: TraceMetrics | undefined;
  /** Aborted when the server stops. */
  stopping: AbortSignal;
  /** Unix time, ms. */
  now: () => number;
  sleep: Sleep;
  randomUUID: () => string;
}

/** How every large answer of an app is sent. */
export function answerOptions({ settings, log }: TraceAppContext) {
  return {
    wrap: settings.wrapAnswers,
    onError: (error: unknown) => log('error', 'An answer broke off.', errorFields(error)),
  };
}
