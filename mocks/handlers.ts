import type { Hono } from 'hono';
import { http, type HttpHandler } from 'msw';

/**
 * MSW handlers that answer the trace API by an app: for `setupWorker` and `setupServer`.
 *
 * @example
 * const server = setupServer(...createTraceHandlers(createMockBackend({ source: { containers: 100 } }).app));
 */
export function createTraceHandlers(app: Pick<Hono, 'fetch'>): HttpHandler[] {
  return [http.all('*/api/trace/*', ({ request }) => app.fetch(request))];
}
