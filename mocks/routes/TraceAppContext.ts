import type { Context } from 'hono';
import type { RateLimiter } from '../http/rateLimiter.js';
import type { Log } from '../log.js';
import type { ChunkStore, JobQueue, TraceSource } from '../ports.js';
import type { TraceSettings } from '../settings.js';

/** What the routes share. */
export interface TraceAppContext {
  source: TraceSource;
  store: ChunkStore;
  queue: JobQueue | null;
  settings: TraceSettings;
  rateLimiter: RateLimiter;
  clientOf: (c: Context) => string;
  log: Log;
  /** Unix time, ms. */
  now: () => number;
  randomUUID: () => string;
}
