import { type ErrorHandler, Hono } from 'hono';
import { SERVER_ERROR_CODES } from '../src/protocol/index.js';
import { errorAnswer } from './http/answers.js';
import { ApiError } from './http/ApiError.js';
import { requestIdOf, watchRequests } from './http/watchRequests.js';
import { limitClients } from './http/limitClients.js';
import { createOpenStreams } from './http/openStreams.js';
import { createRateLimiter, type RateLimiter } from './http/rateLimiter.js';
import type { BodyRoom } from './http/readBody.js';
import { refuseOtherSites } from './http/refuseOtherSites.js';
import { isOwnJob, type RequestHooks } from './http/RequestHooks.js';
import { errorFields, type Log } from './log.js';
import type { TraceMetrics } from './metrics.js';
import type { ChunkStore, JobQueue, TraceSource } from './ports.js';
import { addEventsRoute } from './routes/events.js';
import { addHealthRoute } from './routes/health.js';
import { addJobRoutes } from './routes/job.js';
import { addLineageRoute } from './routes/lineage.js';
import { addSeedResolveRoute } from './routes/seedResolve.js';
import type { TraceAppContext } from './routes/TraceAppContext.js';
import type { ChunkCompression } from './results/ChunkCompression.js';
import { sleep, type Sleep } from './sleep.js';
import { DEFAULT_SETTINGS, type TraceSettings } from './settings.js';
import { createStages } from './stages/createStages.js';
import type { TraceStages } from './stages/TraceStages.js';

export interface TraceAppPorts extends RequestHooks {
  /** Where traces come from, asked in the thread that answers requests; or what answers in another one. */
  source: TraceSource | TraceStages;
  store: ChunkStore;
  /** Null: every trace is answered at once, as far as admission lets it. */
  queue: JobQueue | null;
  settings?: Partial<TraceSettings>;
  /** @default one that counts in memory, by the settings */
  rateLimiter?: RateLimiter;
  /** Room for the bodies of requests that are under way. @default as much as they need */
  bodyRoom?: BodyRoom;
  /** Reads compressed chunks and joins them to gzip bodies. @default none: all chunks must be JSON */
  compression?: ChunkCompression;
  log?: Log;
  /** @default nothing is counted */
  metrics?: TraceMetrics;
  /** Aborted when the process stops: open streams end with an `error` line then. @default never */
  stopping?: AbortSignal;
  now?: () => number;
  /** Waits. @default setTimeout */
  sleep?: Sleep;
  randomUUID?: () => string;
}

/** The trace API on no host in particular. */
export interface TraceApp {
  /** `env` is what the host knows of the request. */
  fetch(request: Request, env?: unknown): Response | Promise<Response>;
  /** Asks the app directly, as tests do. */
  request(path: string, init?: RequestInit): Response | Promise<Response>;
}

/**
 * The trace API as a function from Request to Response (`app.fetch`), on whatever host.
 *
 * @example
 * const app = createTraceApp({ source, store, queue });
 * const response = await app.request('/api/trace/job/trace-evt-1');
 */
export function createTraceApp(ports: TraceAppPorts): TraceApp {
  const context = contextOf(ports);
  const app = new Hono();
  app.use(watchRequests(context), refuseOtherSites(ports.isOwnSite));
  addHealthRoute(app, context);
  addSeedResolveRoute(app, context);
  addLineageRoute(app, context);
  addEventsRoute(app, context);
  addJobRoutes(app, context);
  app.notFound((c) => {
    const message = `Nothing answers ${c.req.method} ${c.req.path}.`;
    return errorAnswer(new ApiError(404, SERVER_ERROR_CODES.notFound, message));
  });
  app.onError(answerError(context));
  return {
    fetch: (request, env) => app.fetch(request, env as object),
    request: (path, init) => app.request(path, init),
  };
}

function contextOf(ports: TraceAppPorts): TraceAppContext {
  const settings = { ...DEFAULT_SETTINGS, ...ports.settings };
  const now = ports.now ?? Date.now;
  return {
    stages: openStages(ports, settings),
    store: ports.store,
    queue: ports.queue,
    settings,
    compression: ports.compression,
    rateLimiter: limitClients(
      ports.rateLimiter ?? createRateLimiter(settings.rateLimits, now),
      settings.sessionsPerAddress,
    ),
    openStreams: createOpenStreams(settings),
    bodyRoom: ports.bodyRoom,
    clientOf: ports.clientOf ?? (() => 'everyone'),
    ownerOf: ports.ownerOf ?? (() => null),
    authorize: ports.authorize ?? isOwnJob,
    log: ports.log ?? (() => undefined),
    metrics: ports.metrics,
    stopping: ports.stopping ?? new AbortController().signal,
    now,
    sleep: ports.sleep ?? sleep,
    randomUUID: ports.randomUUID ?? (() => crypto.randomUUID()),
  };
}

function openStages(
  { source, log = () => undefined, randomUUID = () => crypto.randomUUID() }: TraceAppPorts,
  settings: TraceSettings,
): TraceStages {
  return 'answer' in source ? source : createStages({ source, settings, log, randomUUID });
}

function answerError({ log }: TraceAppContext): ErrorHandler {
  return (error, c) => {
    // a client that left breaks off its own request
    if (!(error instanceof ApiError) && !c.req.raw.signal.aborted) {
      const requestId = requestIdOf(c.req.raw);
      log('error', 'A request failed.', { requestId, path: c.req.path, ...errorFields(error) });
    }
    return errorAnswer(error);
  };
}
