import { type Context, Hono } from 'hono';
import { errorAnswer, notFoundAnswer } from './http/answers.js';
import { ApiError } from './http/ApiError.js';
import { createRateLimiter } from './http/rateLimiter.js';
import { errorFields, type Log } from './log.js';
import type { ChunkStore, JobQueue, TraceSource } from './ports.js';
import { addEventsRoute } from './routes/events.js';
import { addJobRoutes } from './routes/job.js';
import { addLineageRoute } from './routes/lineage.js';
import { addSeedResolveRoute } from './routes/seedResolve.js';
import type { TraceAppContext } from './routes/TraceAppContext.js';
import { DEFAULT_SETTINGS, type TraceSettings } from './settings.js';

export interface TraceAppPorts {
  source: TraceSource;
  store: ChunkStore;
  /** Null: every trace is answered at once, as far as admission lets it. */
  queue: JobQueue | null;
  settings?: Partial<TraceSettings>;
  /** Who is asking, for the rate limits. @default one client for all */
  clientOf?: (c: Context) => string;
  log?: Log;
  now?: () => number;
  randomUUID?: () => string;
}

/**
 * The trace API as a function from Request to Response (`app.fetch`), on whatever host.
 *
 * @example
 * const app = createTraceApp({ source, store, queue });
 * const response = await app.request('/api/trace/job/trace-evt-1');
 */
export function createTraceApp(ports: TraceAppPorts): Hono {
  const settings = { ...DEFAULT_SETTINGS, ...ports.settings };
  const now = ports.now ?? Date.now;
  const context: TraceAppContext = {
    source: ports.source,
    store: ports.store,
    queue: ports.queue,
    settings,
    rateLimiter: createRateLimiter(settings.rateLimits, now),
    clientOf: ports.clientOf ?? (() => 'everyone'),
    log: ports.log ?? (() => undefined),
    now,
    randomUUID: ports.randomUUID ?? (() => crypto.randomUUID()),
  };
  const app = new Hono();
  addSeedResolveRoute(app, context);
  addLineageRoute(app, context);
  addEventsRoute(app, context);
  addJobRoutes(app, context);
  app.all('/api/*', notFoundAnswer);
  app.onError((error, c) => {
    if (!(error instanceof ApiError)) {
      context.log('error', 'A request failed.', { path: c.req.path, ...errorFields(error) });
    }
    return errorAnswer(error);
  });
  return app;
}
