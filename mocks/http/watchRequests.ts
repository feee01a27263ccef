import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { TraceAppContext } from '../routes/TraceAppContext.js';

const REQUEST_ID_HEADER = 'X-Request-Id';
/** What a proxy may have named a request; anything else would not be safe in a log. */
const REQUEST_ID = /^[\w-]{1,64}$/;

const requestIds = new WeakMap<Request, string>();

/** The id of a request under way. */
export const requestIdOf = (request: Request): string | undefined => requestIds.get(request);

/** Gives every request an id, in its answer and in the log, and counts it. */
export function watchRequests({ now, randomUUID, metrics }: TraceAppContext): MiddlewareHandler {
  return async (c, next) => {
    const startedAt = now();
    const given = c.req.header(REQUEST_ID_HEADER);
    const requestId = given && REQUEST_ID.test(given) ? given : randomUUID();
    requestIds.set(c.req.raw, requestId);
    await next();
    c.res.headers.set(REQUEST_ID_HEADER, requestId);
    if (!metrics) return;
    const { method } = c.req;
    const request = { method, route: routePath(c, -1), status: c.res.status };
    metrics.answered(request, (now() - startedAt) / 1000);
  };
}
